// SPDX-License-Identifier: Apache-2.0
//
// Actions: what may be done to a message at end of message, and only there. The libmilter form is in
// libmilter_actions.cc; tests have their own.
//
// Ownership: lives on the stack of the end-of-message callback, is never stored. Threads: one thread.
// Errors: Temporary when the MTA did not take the change.
#pragma once

#include <string>
#include <string_view>

#include "policy/result.h"

namespace smarttls::milter {

class Actions {
  public:
    Actions() = default;
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
    virtual ~Actions() = default;

    /// `parameters`: ESMTP parameters of MAIL FROM ("RET=HDRS ENVID=x"); Postfix takes those two.
    virtual policy::Result<void> change_sender(const std::string& sender,
                                               const std::string& parameters) = 0;
    /// Removes the occurrence `index` of the field, counted from 1 in the message as it came.
    virtual policy::Result<void> remove_header(const std::string& name, int index) = 0;
    /// Counted in the same way; the field keeps its place. `value`: lines that end in LF, folded; empty removes it.
    virtual policy::Result<void> change_header(const std::string& name, int index, const std::string& value) = 0;
    virtual policy::Result<void> add_header(const std::string& name, const std::string& value) = 0;
    /// Above all others, the MTA's own Received included.
    virtual policy::Result<void> put_header_on_top(const std::string& name, const std::string& value) = 0;
    /// Takes a recipient out of the envelope, and with it whatever its alias would become. `path` is
    /// what the MTA showed at RCPT, to the byte: Postfix compares case and all, and is silent about a
    /// path that it does not find.
    virtual policy::Result<void> remove_recipient(const std::string& path) = 0;
    /// `parameters`: ESMTP parameters of RCPT TO ("NOTIFY=NEVER ORCPT=rfc822;x@y"); Postfix takes those
    /// two. The new recipient is expanded like any other.
    virtual policy::Result<void> add_recipient(const std::string& path, const std::string& parameters) = 0;
    /// Holds the whole message. Postfix 3.7 keeps the reason neither in the log nor in the queue.
    virtual policy::Result<void> quarantine(const std::string& reason) = 0;
};

}  // namespace smarttls::milter

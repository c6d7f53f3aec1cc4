// SPDX-License-Identifier: Apache-2.0
//
// MessageChanges: what is changed in a message at its end.
//
//     MessageChanges changes;
//     changes.saw_header(name, value);  ...
//     changes.mark(mail_class, sender, {}, actions);
//
// Ownership: counts only. Threads: one callback at a time. Errors: the first change that the MTA did
// not take; the message must then not be accepted.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/actions.h"
#include "milter/envelope.h"
#include "milter/floor_guard.h"
#include "policy/config.h"

namespace smarttls::milter {

struct EnvelopeSender {
    std::string address;      // empty: the null sender
    std::string envelope_id;  // ENVID as the client wrote it (RFC 3461 §4.4)
    Home home = Home::Trusted;
    bool client_waits = true;  // for the answer; sendmail(1) does not: the MTA sends back what is refused
};

/// One recipient in the place of another.
struct Replacement {
    std::string path;  // as the MTA showed it
    std::string by;    // with angle brackets
    std::string parameters;
};

class MessageChanges {
  public:
    /// `control_headers`: fields that are ours to read and leave no message in.
    explicit MessageChanges(std::vector<std::string> control_headers) : control_headers_(std::move(control_headers)) {}

    void saw_header(std::string_view name, std::string_view value);
    [[nodiscard]] bool has_control_headers() const;

    /// All occurrences of a field.
    policy::Result<void> remove_headers(const std::string& name, Actions& actions);
    policy::Result<void> remove_control_headers(Actions& actions);

    /// Makes it mail of the class: the floor travels in the sender and in a field of ours, the control
    /// headers are gone, the class's own fields are set, and its tags are in the subject or out of it.
    ///
    /// `lowest`: of the floors that exceptions give to single recipients. The floor field is one for
    /// all of them, and the transport of that floor must let it pass; each recipient's own floor stands
    /// in the envelope.
    policy::Result<void> mark(const policy::MailClass& mail_class, const EnvelopeSender& sender,
                              std::optional<policy::Floor> lowest, Actions& actions);

    /// `paths` as the MTA showed them. One that stood in the envelope twice goes by its first removal.
    static policy::Result<void> remove_recipients(const std::vector<std::string>& paths,
                                                  Actions& actions);
    static policy::Result<void> replace_recipients(const std::vector<Replacement>& replaced,
                                                   Actions& actions);

  private:
    policy::Result<void> replace_headers(const policy::MailClass& mail_class, Actions& actions);
    policy::Result<void> rewrite_subjects(const policy::MailClass& mail_class, Actions& actions);

    std::vector<std::string> control_headers_;
    std::vector<std::string> subjects_;
    std::map<std::string, int, std::less<>> counts_;  // lower-case name -> occurrences
};

}  // namespace smarttls::milter

// SPDX-License-Identifier: Apache-2.0
//
// LibmilterActions: Actions by the calls of libmilter, which takes char* where it means const char*.
//
// Ownership: borrows the context, within the end-of-message callback. Threads: one thread.
// Errors: Temporary when libmilter could not pass a change on.
#pragma once

#include <libmilter/mfapi.h>

#include "milter/actions.h"

namespace smarttls::milter {

class LibmilterActions final : public Actions {
  public:
    explicit LibmilterActions(SMFICTX* context) : context_(context) {}

    policy::Result<void> change_sender(const std::string& sender,
                                       const std::string& parameters) override;
    policy::Result<void> remove_header(const std::string& name, int index) override;
    policy::Result<void> change_header(const std::string& name, int index, const std::string& value) override;
    policy::Result<void> add_header(const std::string& name, const std::string& value) override;
    policy::Result<void> put_header_on_top(const std::string& name,
                                           const std::string& value) override;
    policy::Result<void> remove_recipient(const std::string& path) override;
    policy::Result<void> add_recipient(const std::string& path, const std::string& parameters) override;
    policy::Result<void> quarantine(const std::string& reason) override;

  private:
    SMFICTX* context_;
};

}  // namespace smarttls::milter

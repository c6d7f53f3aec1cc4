// SPDX-License-Identifier: Apache-2.0
//
// Session: one SMTP connection, as long as the MTA keeps its milter context. It knows who submits and
// owns the Message of the transaction that is under way.
//
// Ownership: owned by libmilter's private pointer, freed at close. Threads: one callback at a time, on
// changing threads (libmilter's worker pool): nothing here may be thread-local.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "milter/macros.h"
#include "milter/message.h"
#include "policy/network.h"

namespace smarttls::milter {

class Session {
  public:
    /// `services`: the snapshot that the session keeps, configuration included.
    Session(std::shared_ptr<const Services> services, std::optional<policy::IpAddress> client)
        : snapshot_(std::move(services)), services_(*snapshot_), client_(std::move(client)) {}

    /// True for the sender of the canary, whose transaction is part of another one's proof.
    [[nodiscard]] bool is_canary(std::string_view path) const;

    /// `path`: "<alice@example.nl>"; `parameters`: "RET=HDRS", "ENVID=x", ...
    void on_sender(std::string_view path, const Parameters& parameters, const Macros& macros);
    /// `path` as Actions::remove_recipient wants it back; `parameters`: "NOTIFY=NEVER", "ORCPT=..".
    void on_recipient(std::string_view path, const Parameters& parameters, const Macros& macros);
    void on_header(std::string_view name, std::string_view value);
    void on_end_of_headers();
    void on_body(std::span<const unsigned char> chunk);
    [[nodiscard]] Disposition on_end_of_message(const Macros& macros, Actions& actions);
    /// False: nobody will look at the body, of which the MTA may then keep the rest to itself.
    [[nodiscard]] bool wants_body() const { return message_ && message_->wants_body(); }
    void on_abort() { message_.reset(); }

  private:
    [[nodiscard]] Home home_of(std::string_view sender, const Macros& macros) const;

    const std::shared_ptr<const Services> snapshot_;
    const Services& services_;  // the same
    const std::optional<policy::IpAddress> client_;
    std::unique_ptr<Message> message_;
    std::string canary_sender_;  // not empty: this transaction is the canary's
};

}  // namespace smarttls::milter

// SPDX-License-Identifier: Apache-2.0
//
// Pickups: which messages wait for whom, who may open them, and what became of that. For the pages (portal/web/), the
// workers (portal/pickup/) and the command.
//
//     Result<std::unique_ptr<Pickups>> pickups = Pickups::open(config, clock);
//     auto view = pickups->find(token);                                    // the link was clicked
//     auto asked = pickups->request_code(token, Factor::Sms, client);      // a form was sent
//     auto verdict = pickups->verify_code(token, code, client);            // another one
//     auto session = pickups->session(verdict->secret);
//     pickups->read(verdict->secret, sink);  pickups->record(verdict->secret, PickupEvent::Read);
//
// A token that is unknown, and one of a pickup that has ended, look alike. Nothing but verify_code() with the right code
// consumes anything, so scanners and previews may follow links and send forms. Tokens, codes and session secrets are
// kept as keyed hashes alone, addresses and numbers encrypted (store/sealing/portal_key.h).
//
// Every change is one transaction of portal.db, together with the event that tells of it and the mail that it causes:
// durable when the call returns. EventRelay brings events into the portal's evidence, exactly once; MailRelay sends the
// mail, at least once.
// Ownership: borrows the store. Threads: any; calls wait for each other (some ms) except read() and the
// sending of a text message. All block: not for the thread of an io_context. Errors: those of SQLite and the keys; what a
// stranger can cause is no error but an answer.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/config.h"
#include "portal/pickup/notices.h"
#include "portal/pickup/pickup.h"
#include "portal/pickup/sms_gateway.h"
#include "store/pickup/portal_store.h"
#include "store/sealing/unsealer.h"

namespace smarttls::portal {

using policy::Result;
using WallClock = std::function<store::EvidenceTime()>;

[[nodiscard]] store::EvidenceTime system_time();

class Pickups {
  public:
    Pickups(const policy::Config& config, store::PortalStore& store, const SmsGateway& gateway, WallClock clock = system_time);

    /// Nothing: there is no such pickup (any more).
    [[nodiscard]] Result<std::optional<PickupView>> find(std::string_view token);
    /// `client`, here and below: address of the browser, which counts its attempts.
    [[nodiscard]] Result<CodeRequest> request_code(std::string_view token, Factor factor, std::string_view client);
    /// Blanks and hyphens in the code, and the case of its letters, do not matter.
    [[nodiscard]] Result<CodeVerdict> verify_code(std::string_view token, std::string_view code, std::string_view client);
    [[nodiscard]] Result<std::optional<PickupSession>> session(std::string_view secret);
    /// Streams the message as it was submitted: RFC 5322, lines that end in CRLF. Whether it is whole is known when it
    /// succeeds. Permanent: there is no such session any more.
    [[nodiscard]] Result<void> read(std::string_view secret, const store::UnsealedSink& sink);
    /// The same for readers who take their time: chunk by chunk.
    [[nodiscard]] Result<store::Unsealer> open(std::string_view secret);
    /// Durable; once for each session and event. False: there is no such session.
    [[nodiscard]] Result<bool> record(std::string_view secret, PickupEvent event);
    [[nodiscard]] Result<void> end_session(std::string_view secret);
    /// A secret for the browser, by which known_device() lets this recipient in without a code for as long as the class
    /// says (trust-device). Empty: the class does not trust devices.
    [[nodiscard]] Result<std::string> trust_device(std::string_view secret);
    [[nodiscard]] Result<std::optional<CodeVerdict>> known_device(std::string_view token, std::string_view device);

  private:
    [[nodiscard]] Result<PickupView> view_of(store::PortalTables& tables, const store::PickupRow& pickup) const;
    [[nodiscard]] Result<std::string> phone_of(store::PortalTables& tables, const store::PickupRow& pickup) const;
    [[nodiscard]] Result<std::vector<Factor>> factors_of(store::PortalTables& tables, const store::PickupRow& pickup) const;
    [[nodiscard]] Result<std::optional<store::PickupRow>> by_token(store::PortalTables& tables, std::string_view token) const;
    struct CodeOrder {
        Factor factor;
        std::string client;
        std::string code;
        std::string number;  // of the telephone, for a text message
        std::string text;
    };
    [[nodiscard]] Result<CodeRequest> accept(store::PortalTables& tables, std::string_view token, CodeOrder& order) const;
    [[nodiscard]] Result<bool> may_ask(store::PortalTables& tables, const store::PickupRow& pickup, const CodeOrder& order) const;
    [[nodiscard]] Result<void> issue(store::PortalTables& tables, const store::PickupRow& pickup, CodeOrder& order) const;
    [[nodiscard]] Result<CodeVerdict> refuse(store::PortalTables& tables, const store::PickupRow& pickup, const std::string& client);
    [[nodiscard]] Result<CodeVerdict> let_in(store::PortalTables& tables, const store::PickupRow& pickup, std::string_view factor,
                                             const std::string& client, const std::string& note);
    [[nodiscard]] Result<void> tell(store::PortalTables& tables, const store::PickupRow& pickup, PickupEvent event,
                                    const std::string& client);
    [[nodiscard]] std::string kept_client(const store::PickupRow& pickup, std::string_view client) const;
    [[nodiscard]] policy::PickupRules rules_of(const store::PickupRow& pickup) const;

    const policy::Config& config_;
    store::PortalStore& store_;
    const SmsGateway& gateway_;
    const WallClock clock_;
    const Notices notices_;
};

}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
#include "milter/callbacks.h"

#include <libmilter/mfapi.h>

#include <array>
#include <chrono>
#include <exception>
#include <utility>

#include "milter/callback_gate.h"
#include "milter/client_address.h"
#include "milter/libmilter_actions.h"
#include "milter/session.h"
#include "milter/submitter.h"
#include "policy/guarded.h"
#include "smarttls/log.h"

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using policy::Result;

/// What all callbacks share, which have no user data of their own; never destroyed, since a late callback
/// may still knock.
struct Shared {
    CallbackGate gate;
    Occupancy occupancy;
    policy::Guarded<std::shared_ptr<const Services>> services;  // of sessions that begin now
    policy::Guarded<std::chrono::steady_clock::time_point> told;   // that there is no room
};

Shared& shared() {
    static Shared& shared = *new Shared;
    return shared;
}

/// What libmilter's private pointer owns.
struct Connection {
    Session session;
    Occupancy::Stay stay;
    std::optional<Occupancy::Stay> transaction;
};

Connection* connection_of(SMFICTX* context) { return static_cast<Connection*>(smfi_getpriv(context)); }

Macros macros_of(SMFICTX* context) {
    return [context](const char* name) -> std::string_view {
        std::string writable(name);
        const char* value = smfi_getsymval(context, writable.data());
        return value == nullptr ? std::string_view{} : value;
    };
}

/// What follows the path: "RET=HDRS", "NOTIFY=NEVER", ...
Parameters parameters_of(char** arguments) {
    Parameters parameters;
    for (char** parameter = arguments + 1; *parameter != nullptr; ++parameter) {
        parameters.emplace_back(*parameter);
    }
    return parameters;
}

/// The one guard of all callbacks: an exception is a Bug, and its disposition is to try again later.
template <class F>
sfsistat guarded(F&& callback) noexcept {
    try {
        if (const auto pass = shared().gate.enter()) return callback();
        return SMFIS_TEMPFAIL;  // the program ends
    } catch (const std::exception& error) {
        engine::log(engine::Severity::Error, std::string("bug in a callback: ") + error.what());
    } catch (...) {
        engine::log(engine::Severity::Error, "bug in a callback");
    }
    return SMFIS_TEMPFAIL;
}

/// For what the MTA wants no answer to: after a Bug the message is gone, which its end tells.
template <class F>
sfsistat guarded_silently(SMFICTX* context, F&& callback) noexcept {
    static_cast<void>(guarded([&] {
        Connection* connection = connection_of(context);
        if (connection == nullptr) return SMFIS_CONTINUE;
        try {
            callback(connection->session);
        } catch (...) {
            connection->session.on_abort();
            throw;
        }
        return SMFIS_CONTINUE;
    }));
    return SMFIS_NOREPLY;
}

sfsistat answer(SMFICTX* context, const Disposition& disposition) {
    if (disposition.verb == Verb::Continue) return SMFIS_CONTINUE;
    std::string code = disposition.code;
    std::string enhanced = disposition.enhanced;
    std::string text = reply_text(disposition.text);
    if (smfi_setreply(context, code.data(), enhanced.data(), text.data()) != MI_SUCCESS) {
        engine::log(engine::Severity::Error, "libmilter refused the reply text: " + text);
    }
    return disposition.verb == Verb::Reject ? SMFIS_REJECT : SMFIS_TEMPFAIL;
}

/// Everything the callbacks read by smfi_getsymval; named here, the site's milter_*_macros do not
/// matter.
void ask_for_macros(SMFICTX* context) {
    std::string mail = std::string(kSubmitterMacros) + " {mail_mailer} {mail_host}";
    std::string rcpt = "{rcpt_mailer} {rcpt_host}";
    std::string end = "i j";
    smfi_setsymlist(context, SMFIM_ENVFROM, mail.data());
    smfi_setsymlist(context, SMFIM_ENVRCPT, rcpt.data());
    smfi_setsymlist(context, SMFIM_EOM, end.data());
}

constexpr unsigned long kActions =
    SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGFROM | SMFIF_DELRCPT | SMFIF_ADDRCPT_PAR |
    SMFIF_QUARANTINE | SMFIF_SETSYMLIST;

/// The MTA does not wait for an answer to what is only taken in; where it cannot do that, libmilter gives one.
/// But it does at RCPT: the canary ends its dialog right after, and must find what was seen there.
constexpr unsigned long kSteps = SMFIP_NOHELO | SMFIP_NODATA | SMFIP_NOUNKNOWN | SMFIP_NR_HDR | SMFIP_NR_EOH;

constexpr auto kStopping = "The mail filter is being restarted";
constexpr std::chrono::minutes kTellAgain{1};

/// What is beyond the limit must go at once: each session holds a descriptor, and without any libmilter
/// spins. To the MTA it is a failing milter, for which milter_default_action says 4xx.
bool has_room() {
    const std::size_t limit = shared().services.copy()->config.milter.session_limit;
    if (shared().occupancy.has_room(limit)) return true;
    const auto now = std::chrono::steady_clock::now();
    const bool tell = shared().told.with([&](auto& told) {
        const bool due = told.time_since_epoch().count() == 0 || now - told >= kTellAgain;
        if (due) told = now;
        return due;
    });
    if (tell) {
        engine::log(engine::Severity::Error, "there are " + std::to_string(limit) +
                                                 " sessions, the most there may be (session-limit, "
                                                 "LimitNOFILE=): mail of others is deferred (451)");
    }
    return false;
}

/// libmilter closes the connection at a packet of 64 KiB, its default. Postfix sends header fields whole,
/// up to header_size_limit (102400 bytes as shipped), and would answer 451 to such mail for ever.
constexpr std::size_t kLargestPacket = 1U << 20;

extern "C" {

static sfsistat on_negotiate(SMFICTX* context, unsigned long offered, unsigned long offered_steps,
                             unsigned long, unsigned long, unsigned long* actions, unsigned long* steps,
                             unsigned long* f2, unsigned long* f3) noexcept {
    return guarded([&]() -> sfsistat {
        if ((offered & kActions) != kActions) {
            engine::log(engine::Severity::Error,
                        "the MTA lacks milter actions that this filter needs (protocol 6)");
            return SMFIS_REJECT;
        }
        if (!has_room()) return SMFIS_REJECT;  // libmilter closes the connection
        ask_for_macros(context);
        *actions = kActions;
        *steps = kSteps | (offered_steps & SMFIP_SKIP);
        *f2 = 0;
        *f3 = 0;
        return SMFIS_CONTINUE;
    });
}

static sfsistat on_connect(SMFICTX* context, char*, sockaddr* address) noexcept {
    return guarded([&] {
        auto connection = std::make_unique<Connection>(
            Connection{Session(shared().services.copy(), client_address(address)), shared().occupancy.session(), {}});
        smfi_setpriv(context, connection.release());
        return SMFIS_CONTINUE;
    });
}

static sfsistat on_sender(SMFICTX* context, char** arguments) noexcept {
    return guarded([&] {
        Connection* connection = connection_of(context);
        if (connection == nullptr) return SMFIS_TEMPFAIL;
        connection->transaction.reset();
        if (!connection->session.is_canary(arguments[0])) {
            auto transaction = shared().occupancy.transaction();
            if (!transaction) return answer(context, Disposition::tempfail("4.3.2", kStopping));
            connection->transaction.emplace(*std::move(transaction));
        }
        connection->session.on_sender(arguments[0], parameters_of(arguments), macros_of(context));
        return SMFIS_CONTINUE;
    });
}

static sfsistat on_recipient(SMFICTX* context, char** arguments) noexcept {
    return guarded([&] {
        Connection* connection = connection_of(context);
        if (connection == nullptr) return SMFIS_TEMPFAIL;
        connection->session.on_recipient(arguments[0], parameters_of(arguments), macros_of(context));
        return SMFIS_CONTINUE;
    });
}

// NOLINTNEXTLINE(readability-non-const-parameter): libmilter's type
static sfsistat on_header(SMFICTX* context, char* name, char* value) noexcept {
    return guarded_silently(context, [&](Session& session) { session.on_header(name, value); });
}

static sfsistat on_end_of_headers(SMFICTX* context) noexcept {
    return guarded_silently(context, [](Session& session) { session.on_end_of_headers(); });
}

static sfsistat on_body(SMFICTX* context, unsigned char* chunk, std::size_t size) noexcept {
    return guarded([&] {
        Connection* connection = connection_of(context);
        if (connection == nullptr || !connection->session.wants_body()) return SMFIS_SKIP;
        connection->session.on_body({chunk, size});
        return SMFIS_CONTINUE;
    });
}

static sfsistat on_end_of_message(SMFICTX* context) noexcept {
    return guarded([&] {
        Connection* connection = connection_of(context);
        if (connection == nullptr) return SMFIS_TEMPFAIL;
        const auto transaction = std::exchange(connection->transaction, std::nullopt);
        LibmilterActions actions(context);
        return answer(context, connection->session.on_end_of_message(macros_of(context), actions));
    });
}

static sfsistat on_abort(SMFICTX* context) noexcept {
    return guarded([&] {
        if (Connection* connection = connection_of(context)) {
            connection->session.on_abort();
            connection->transaction.reset();
        }
        return SMFIS_CONTINUE;
    });
}

/// May be the only callback of a connection.
static sfsistat on_close(SMFICTX* context) noexcept {
    return guarded([&] {
        const std::unique_ptr<Connection> connection(connection_of(context));
        smfi_setpriv(context, nullptr);
        return SMFIS_CONTINUE;
    });
}

}  // extern "C"

}  // namespace

void use_services(std::shared_ptr<const Services> services) {
    shared().services.with([&](auto& current) { current = std::move(services); });
}

Occupancy& occupancy() { return shared().occupancy; }

void close_callbacks() { shared().gate.close(); }

Result<void> register_callbacks() {
    static auto name = std::to_array("smarttls-milter");
    smfiDesc description{};
    description.xxfi_name = name.data();
    description.xxfi_version = SMFI_VERSION;
    description.xxfi_flags = kActions;
    description.xxfi_connect = on_connect;
    description.xxfi_envfrom = on_sender;
    description.xxfi_envrcpt = on_recipient;
    description.xxfi_header = on_header;
    description.xxfi_eoh = on_end_of_headers;
    description.xxfi_body = on_body;
    description.xxfi_eom = on_end_of_message;
    description.xxfi_abort = on_abort;
    description.xxfi_close = on_close;
    description.xxfi_negotiate = on_negotiate;
    if (smfi_register(description) == MI_SUCCESS) {
        smfi_setmaxdatasize(kLargestPacket);
        return policy::ok();
    }
    return policy::fail(ErrorKind::Bug, "libmilter refused the registration");
}

}  // namespace smarttls::milter

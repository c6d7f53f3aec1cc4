// SPDX-License-Identifier: Apache-2.0
#include "milter/callbacks.h"

#include <libmilter/mfapi.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <system_error>

#include "milter/callback_gate.h"
#include "milter/libmilter_actions.h"
#include "milter/session.h"
#include "smarttls/log.h"

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using policy::Result;

/// Set once before libmilter starts: its callbacks have no user data of their own.
const Services* services = nullptr;

/// Beside it, for the same reason; never destroyed, since a late callback may still knock.
CallbackGate& gate() {
    static CallbackGate& gate = *new CallbackGate;
    return gate;
}

Session* session_of(SMFICTX* context) { return static_cast<Session*>(smfi_getpriv(context)); }

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
        if (const auto pass = gate().enter()) return callback();
        return SMFIS_TEMPFAIL;  // the program ends
    } catch (const std::exception& error) {
        engine::log(engine::Severity::Error, std::string("bug in a callback: ") + error.what());
    } catch (...) {
        engine::log(engine::Severity::Error, "bug in a callback");
    }
    return SMFIS_TEMPFAIL;
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

std::optional<policy::IpAddress> client_of(const sockaddr* address) {
    if (address == nullptr) return std::nullopt;
    if (address->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, address, sizeof v4);
        std::array<std::uint8_t, 4> bytes{};
        std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
        return policy::IpAddress::v4(bytes);
    }
    if (address->sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, address, sizeof v6);
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return policy::IpAddress::v6(bytes);
    }
    return std::nullopt;
}

/// Everything the callbacks read by smfi_getsymval; named here, the site's milter_*_macros do not
/// matter.
void ask_for_macros(SMFICTX* context) {
    std::string mail = "{auth_type} {auth_authen} {mail_mailer} {mail_host}";
    std::string rcpt = "{rcpt_mailer} {rcpt_host}";
    std::string end = "i j";
    smfi_setsymlist(context, SMFIM_ENVFROM, mail.data());
    smfi_setsymlist(context, SMFIM_ENVRCPT, rcpt.data());
    smfi_setsymlist(context, SMFIM_EOM, end.data());
}

constexpr unsigned long kActions =
    SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGFROM | SMFIF_DELRCPT | SMFIF_QUARANTINE | SMFIF_SETSYMLIST;

/// libmilter closes the connection at a packet of 64 KiB, its default. Postfix sends header fields whole,
/// up to header_size_limit (102400 bytes as shipped), and would answer 451 to such mail for ever.
constexpr std::size_t kLargestPacket = 1U << 20;

extern "C" {

static sfsistat on_negotiate(SMFICTX* context, unsigned long offered, unsigned long, unsigned long,
                      unsigned long, unsigned long* actions, unsigned long* steps, unsigned long* f2,
                      unsigned long* f3) noexcept {
    return guarded([&]() -> sfsistat {
        if ((offered & kActions) != kActions) {
            engine::log(engine::Severity::Error,
                        "the MTA lacks milter actions that this filter needs (protocol 6)");
            return SMFIS_REJECT;
        }
        ask_for_macros(context);
        *actions = kActions;
        *steps = SMFIP_NOHELO | SMFIP_NODATA | SMFIP_NOUNKNOWN;
        *f2 = 0;
        *f3 = 0;
        return SMFIS_CONTINUE;
    });
}

static sfsistat on_connect(SMFICTX* context, char*, sockaddr* address) noexcept {
    return guarded([&] {
        auto session = std::make_unique<Session>(*services, client_of(address));
        smfi_setpriv(context, session.release());
        return SMFIS_CONTINUE;
    });
}

static sfsistat on_sender(SMFICTX* context, char** arguments) noexcept {
    return guarded([&] {
        session_of(context)->on_sender(arguments[0], parameters_of(arguments), macros_of(context));
        return SMFIS_CONTINUE;
    });
}

static sfsistat on_recipient(SMFICTX* context, char** arguments) noexcept {
    return guarded([&] {
        session_of(context)->on_recipient(arguments[0], parameters_of(arguments), macros_of(context));
        return SMFIS_CONTINUE;
    });
}

// NOLINTNEXTLINE(readability-non-const-parameter): libmilter's type
static sfsistat on_header(SMFICTX* context, char* name, char* value) noexcept {
    return guarded([&] {
        session_of(context)->on_header(name, value);
        return SMFIS_CONTINUE;
    });
}

static sfsistat on_end_of_headers(SMFICTX* context) noexcept {
    return guarded([&] {
        session_of(context)->on_end_of_headers();
        return SMFIS_CONTINUE;
    });
}

static sfsistat on_body(SMFICTX* context, unsigned char* chunk, std::size_t size) noexcept {
    return guarded([&] {
        session_of(context)->on_body({chunk, size});
        return SMFIS_CONTINUE;
    });
}

static sfsistat on_end_of_message(SMFICTX* context) noexcept {
    return guarded([&] {
        LibmilterActions actions(context);
        return answer(context,
                      session_of(context)->on_end_of_message(macros_of(context), actions));
    });
}

static sfsistat on_abort(SMFICTX* context) noexcept {
    return guarded([&] {
        if (Session* session = session_of(context)) session->on_abort();
        return SMFIS_CONTINUE;
    });
}

/// May be the only callback of a connection.
static sfsistat on_close(SMFICTX* context) noexcept {
    return guarded([&] {
        const std::unique_ptr<Session> session(session_of(context));
        smfi_setpriv(context, nullptr);
        return SMFIS_CONTINUE;
    });
}

}  // extern "C"

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
    if (smfi_register(description) == MI_SUCCESS) return policy::ok();
    return policy::fail(ErrorKind::Bug, "libmilter refused the registration");
}

/// libmilter would take a living socket away from its owner: look first.
bool is_served(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, path.c_str(), path.size());
    const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool served =
        connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(probe);
    return served;
}

}  // namespace

Result<void> open_milter(const Services& shared) {
    services = &shared;
    std::string socket = shared.config.milter.socket;
    if (socket.starts_with('/')) {
        if (is_served(socket)) {
            return policy::fail(ErrorKind::Permanent, socket + " is served by another process");
        }
        socket.insert(0, "unix:");
    }
    if (auto registered = register_callbacks(); !registered) return registered;
    smfi_setmaxdatasize(kLargestPacket);
    if (smfi_setconn(socket.data()) != MI_SUCCESS || smfi_opensocket(true) != MI_SUCCESS) {
        return policy::fail(ErrorKind::Permanent,
                            "cannot listen on " + socket + ": " + std::generic_category().message(errno), errno);
    }
    return policy::ok();
}

Result<void> run_milter() {
    const int status = smfi_main();
    gate().close();
    if (status == MI_SUCCESS) return policy::ok();
    return policy::fail(ErrorKind::Permanent, "libmilter ended with an error");
}

}  // namespace smarttls::milter

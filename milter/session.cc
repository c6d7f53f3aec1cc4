// SPDX-License-Identifier: Apache-2.0
#include "milter/session.h"

#include "milter/envelope.h"
#include "milter/submitter.h"

namespace smarttls::milter {

Home Session::home_of(std::string_view sender, const Macros& macros) const {
    const std::string_view domain = domain_of(sender);
    const std::string_view transport = macros("{mail_mailer}");
    if (transport.empty()) return services_.proof->is_local(domain) ? Home::Trusted : Home::Remote;
    const policy::Route route =
        policy::classify_route(transport, macros("{mail_host}"), domain, floor_of(sender),
                               services_.config.milter.trusted_routes);
    return route.kind == policy::RouteKind::Trusted ? Home::Trusted : Home::Remote;
}

bool Session::is_canary(std::string_view path) const {
    return services_.proof->is_sender(without_brackets(path));
}

void Session::on_sender(std::string_view path, const Parameters& parameters,
                        const Macros& macros) {
    std::string sender = without_brackets(path);
    const bool client_waits = path.starts_with('<');  // sendmail(1) submission has no brackets
    canary_sender_ = services_.proof->is_sender(sender) ? sender : std::string();
    const Home home = home_of(sender, macros);
    message_ = std::make_unique<Message>(
        services_, submitter_of(macros, client_),
        EnvelopeSender{std::move(sender), value_of(parameters, "ENVID"), home,
                       client_waits});
}

void Session::on_recipient(std::string_view path, const Parameters& parameters,
                           const Macros& macros) {
    const std::string_view transport = macros("{rcpt_mailer}");
    if (!canary_sender_.empty()) services_.proof->saw(canary_sender_, transport);
    if (message_) {
        EnvelopeRecipient recipient{std::string(path), value_of(parameters, "ORCPT"),
                                    wants_failure_notice(parameters), value_of(parameters, "NOTIFY")};
        message_->add_recipient(std::move(recipient), transport, macros("{rcpt_host}"));
    }
}

void Session::on_header(std::string_view name, std::string_view value) {
    if (message_) message_->add_header(name, value);
}

void Session::on_end_of_headers() {
    if (message_) message_->end_headers();
}

void Session::on_body(std::span<const unsigned char> chunk) {
    if (message_) message_->add_body(chunk);
}

Disposition Session::on_end_of_message(const Macros& macros, Actions& actions) {
    if (!message_) return Disposition::tempfail("4.3.0", "The mail filter lost the message");
    const std::unique_ptr<Message> message = std::move(message_);
    return message->end(std::string(macros("i")), std::string(macros("j")), actions);
}

}  // namespace smarttls::milter

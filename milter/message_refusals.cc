// SPDX-License-Identifier: Apache-2.0
//
// What a Message is refused for before anybody asks how well its recipients are protected.
#include <algorithm>

#include "milter/envelope.h"
#include "milter/message.h"
#include "policy/recipient_tag.h"
#include "policy/text.h"

namespace smarttls::milter {

std::optional<Disposition> Message::refuse_at_once() const {
    const bool is_forged = !may_set_class_ && std::any_of(recipients_.begin(), recipients_.end(), [](const auto& one) {
        return policy::has_lower_floor(one.address);
    });
    // Class or not: such an address takes another route than the site has for its domain.
    if (is_forged) return Disposition::reject("550", "5.1.3", "An address with a tag of smarttls is not taken from outside");
    const policy::MilterSettings& settings = services_.config.milter;
    const bool refuses = settings.untrusted_control == policy::UntrustedControl::Refuse;
    if (!may_set_class_ && refuses && changes_.has_control_headers()) {
        return Disposition::reject("550", "5.7.1", "This client may not set the class of a message by a header field");
    }
    if (marking_.unknown) {
        return Disposition::reject("550", "5.7.1", "The class " + policy::quote(*marking_.unknown) + " in " +
                                                       settings.control_header + " is not known here");
    }
    return class_ == nullptr ? std::nullopt : refuse_class_mail();
}

std::optional<Disposition> Message::refuse_class_mail() const {
    const std::string mail = "Mail of class " + class_->name;
    if (sender_.address.empty()) return Disposition::reject("550", "5.7.1", mail + " needs a sender address");
    if (submitter_.client.tls < class_->require_inbound_tls) {
        const bool is_encrypted = submitter_.client.tls == policy::InboundTls::Encrypted;
        return Disposition::reject("550", is_encrypted ? "5.7.1" : "5.7.10",
                                   mail + (class_->require_inbound_tls == policy::InboundTls::Encrypted
                                               ? " has to come in over TLS 1.2 or newer, and this did not"
                                               : " has to come in over TLS with a client certificate that this server "
                                                 "verifies, and this did not"));
    }
    if (!keys_) {
        return Disposition::reject("550", "5.7.1", mail + " with an unfit phone number or access code is not taken: " +
                                                       keys_.error().what);
    }
    for (const policy::Recipient& recipient : recipients_) {
        if (!is_routed(recipient.address) && !policy::has_lower_floor(recipient.address)) continue;
        return Disposition::reject("550", "5.1.3", mail + " takes plain addresses only, not " + recipient.address);
    }
    return std::nullopt;
}

}  // namespace smarttls::milter

// SPDX-License-Identifier: Apache-2.0
#include "policy/marking.h"

#include <algorithm>

#include "policy/decision.h"
#include "policy/subject.h"
#include "policy/text.h"

namespace smarttls::policy {
namespace {

constexpr std::size_t kLongestClassName = 64;
constexpr std::string_view kTenantField = "X-MS-Exchange-CrossTenant-Id";

template <class T>
bool holds(const std::vector<T>& values, const T& value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

using Found = std::vector<std::string>;  // what marks the mail, in words

void find_network(const Triggers& triggers, const Client& client, Found& found) {
    for (const Network& network : triggers.client_networks) {
        if (client.address && network.contains(*client.address)) found.push_back("client in " + network.str());
    }
}

/// By what the MTA knows; a tenant may still be missing.
Found by_client(const Triggers& triggers, const Client& client, const std::vector<std::string>& tenants) {
    Found found;
    if (const auto* user = client.user.empty() ? nullptr : find_match(triggers.users, client.user)) {
        found.push_back("user " + user->str());
    }
    find_network(triggers, client, found);
    for (const CertificatePattern& pattern : triggers.client_certificates) {
        if (pattern.fits(client.certificate, tenants)) found.push_back("client certificate " + pattern.str());
    }
    return found;
}

void find_addresses(const Triggers& triggers, const MailFacts& facts, Found& found) {
    const MarkedAddress& sender = facts.sender;
    if (const auto* hit = sender.address.empty() ? nullptr : find_match(triggers.senders, sender.address, sender.domain)) {
        found.push_back("sender " + hit->str());
    }
    for (const MarkedAddress& one : facts.recipients) {
        const auto* hit = find_match(triggers.recipients, one.address, one.domain);
        if (hit == nullptr) continue;
        found.push_back("recipient " + hit->str());
        return;
    }
}

void find_labels(const Triggers& triggers, const std::vector<Label>& labels, Found& found) {
    for (const Label& label : labels) {
        const bool is_of_tenant = std::any_of(label.tenants.begin(), label.tenants.end(),
                                              [&](const auto& tenant) { return holds(triggers.tenants, tenant); });
        if (is_of_tenant && holds(triggers.labels, label.id)) found.push_back("label " + label.id);
    }
}

Found by_message(const Triggers& triggers, const MailFacts& facts, const std::vector<Label>& labels,
                 const std::vector<Subject>& subjects) {
    Found found;
    find_addresses(triggers, facts, found);
    find_labels(triggers, labels, found);
    for (const Sensitivity one : triggers.sensitivities) {
        if (holds(facts.header.sensitivities(), one)) found.push_back("Sensitivity: " + std::string(to_string(one)));
    }
    for (const std::string& tag : triggers.subject_tags) {
        const bool has = std::any_of(subjects.begin(), subjects.end(), [&](const Subject& one) { return one.has(tag); });
        if (has) found.push_back("subject tag " + tag);
    }
    return found;
}

bool names(const HeaderMarks& header, const MailClass& mail_class) {
    const auto& values = header.class_names();
    return std::any_of(values.begin(), values.end(),
                       [&](const std::string& name) { return equal_ignoring_case(name, mail_class.name); });
}

}  // namespace

std::string_view to_string(Sensitivity sensitivity) {
    switch (sensitivity) {
        case Sensitivity::Personal: return "Personal";
        case Sensitivity::Private: return "Private";
        case Sensitivity::CompanyConfidential: break;
    }
    return "Company-Confidential";
}

std::optional<Sensitivity> parse_sensitivity(std::string_view text) {
    for (const Sensitivity one : {Sensitivity::Personal, Sensitivity::Private, Sensitivity::CompanyConfidential}) {
        if (equal_ignoring_case(text, to_string(one))) return one;
    }
    return std::nullopt;
}

void HeaderMarks::saw(std::string_view name, std::string_view value) {
    if (equal_ignoring_case(name, control_header_)) {
        class_names_.emplace_back(trim(value).substr(0, kLongestClassName));
    } else if (equal_ignoring_case(name, "Subject")) {
        subjects_.emplace_back(value);
    } else if (equal_ignoring_case(name, "Sensitivity")) {
        if (const auto sensitivity = parse_sensitivity(trim(value))) sensitivities_.push_back(*sensitivity);
    } else if (equal_ignoring_case(name, kTenantField)) {
        tenants_.emplace_back(value);
    } else {
        labels_.saw(name, value);
    }
}

Marking mark(const Config& config, const MailFacts& facts) {
    Marking marking;
    const std::vector<Label> labels = facts.header.labels();
    const std::vector<Subject> subjects(facts.header.subjects().begin(), facts.header.subjects().end());
    std::vector<const MailClass*> named;
    std::vector<Found> why;
    for (const MailClass& one : config.classes) {
        Found found;
        if (facts.may_set_class && names(facts.header, one)) found.push_back(config.milter.control_header);
        if (!facts.carried || *facts.carried < one.level) {
            const auto client = by_client(one.triggers, facts.client, facts.header.tenants());
            found.insert(found.end(), client.begin(), client.end());
            const auto message = facts.may_set_class ? by_message(one.triggers, facts, labels, subjects) : Found{};
            found.insert(found.end(), message.begin(), message.end());
        }
        if (found.empty()) continue;
        named.push_back(&one);
        why.push_back(std::move(found));
    }
    for (const std::string& name : facts.header.class_names()) {
        if (facts.may_set_class && config.find_class(name) == nullptr) marking.unknown = name;
    }
    marking.mail_class = strictest(named);
    const auto at = std::find(named.begin(), named.end(), marking.mail_class);
    if (at != named.end()) marking.triggers = why[static_cast<std::size_t>(at - named.begin())];
    return marking;
}

Mode mode_of(const Config& config, const MailClass* mail_class, const MarkedAddress& sender) {
    if (mail_class != nullptr && mail_class->mode == Mode::Shadow) return Mode::Shadow;
    const auto has = [&](const auto& patterns) { return find_match(patterns, sender.address, sender.domain) != nullptr; };
    if (has(config.milter.enforce_senders)) return Mode::Enforce;
    return has(config.milter.shadow_senders) ? Mode::Shadow : config.milter.mode;
}

bool is_trusted(const MilterSettings& settings, const Client& client, const std::vector<std::string>& tenants) {
    if (!client.user.empty()) return true;
    if (client.address && contains(settings.trusted_networks, *client.address)) return true;
    return std::any_of(settings.trusted_certificates.begin(), settings.trusted_certificates.end(),
                       [&](const auto& pattern) { return pattern.fits(client.certificate, tenants); });
}

bool may_be_marked(const Config& config, const Client& client) {
    const auto fits = [&](const CertificatePattern& pattern) { return pattern.fits(client.certificate); };
    const auto& trusted = config.milter.trusted_certificates;
    if (is_trusted(config.milter, client, {}) || std::any_of(trusted.begin(), trusted.end(), fits)) return true;
    return std::any_of(config.classes.begin(), config.classes.end(), [&](const MailClass& one) {
        Found found;
        find_network(one.triggers, client, found);
        const auto& certificates = one.triggers.client_certificates;
        return !found.empty() || std::any_of(certificates.begin(), certificates.end(), fits);
    });
}

}  // namespace smarttls::policy

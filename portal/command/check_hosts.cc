// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check_hosts.h"

#include "policy/text.h"
#include "portal/command/evidence_verdict.h"

namespace smarttls::portal {
namespace {

using policy::HostVerdict;
using Cells = std::vector<Cell>;

constexpr std::chrono::hours kSoon(14 * 24);

Cell expiry(policy::WallTime not_before, policy::WallTime not_after, policy::WallTime now) {
    if (now < not_before) return {"valid in " + span_of(not_before - now), Tone::Bad};
    if (not_after < now) return {span_of(now - not_after) + " ago", Tone::Bad};
    const auto left = not_after - now;
    return {"in " + span_of(left), left < kSoon ? Tone::Doubtful : Tone::Ordinary};
}

Cells server_cells(const HostVerdict& host) {
    const std::string level(to_string(host.level));
    const std::string grade(to_string(host.grade));
    return {{std::to_string(host.preference)},
            {host.name},
            {policy::join(host.addresses, " ")},
            {level, tone_of_level(level)},
            {grade == "none" ? "-" : grade, tone_of_grade(grade)}};
}

Cells session_cells(const HostVerdict& host) {
    if (!host.tls) return {{"-"}, {"-"}, {"-"}};
    const std::string& group = host.tls->group;
    return {{host.tls->protocol}, {host.tls->suite}, {group.empty() ? "-" : group}};
}

Cells certificate_cells(const HostVerdict& host, policy::WallTime now) {
    if (!host.certificate) return {{"-"}, {"-"}, {"-"}, {"-"}};
    const policy::CertificateFacts& facts = *host.certificate;
    const bool self_signed = facts.subject == facts.issuer;
    return {{common_name(facts.subject)},
            {self_signed ? "itself" : common_name(facts.issuer)},
            {facts.key},
            expiry(facts.not_before, facts.not_after, now)};
}

using Headings = std::vector<std::string>;

Headings server_headings() {
    return {"Pref", "Mail server", "Addresses", "Level", "Grade"};
}
Headings session_headings() {
    return {"TLS", "Cipher suite", "Group"};
}
Headings certificate_headings() {
    return {"Certificate", "Issuer", "Key", "Expires"};
}

template <class T>
std::vector<T> both(std::vector<T> left, const std::vector<T>& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

}  // namespace

std::string common_name(const std::string& distinguished_name) {
    constexpr std::string_view kTag = "CN=";
    for (const std::string_view part : policy::split(distinguished_name, ',')) {
        if (part.starts_with(kTag)) return std::string(part.substr(kTag.size()));
    }
    return distinguished_name;
}

std::string host_tables(const std::vector<HostVerdict>& hosts, policy::WallTime now,
                        const Layout& layout) {
    const bool numbered = hosts.size() > 1;  // tells which rows of the tables are one host
    const auto number = [&](auto cells) { return numbered ? both({{"#"}}, cells) : cells; };
    Table whole(both(both(server_headings(), session_headings()), certificate_headings()));
    Table servers(number(server_headings()));
    Table sessions(number(session_headings()));
    Table certificates(number(certificate_headings()));
    std::size_t index = 0;
    for (const HostVerdict& host : hosts) {
        const std::string own = std::to_string(++index);
        const auto row = [&](const Cells& cells) { return numbered ? both({{own}}, cells) : cells; };
        const Cells session = session_cells(host);
        const Cells certificate = certificate_cells(host, now);
        whole.add(both(both(server_cells(host), session), certificate));
        servers.add(row(server_cells(host)));
        if (host.tls) sessions.add(row(session));
        if (host.certificate) certificates.add(row(certificate));
    }
    if (layout.indent + whole.natural_width() <= layout.columns) return whole.text(layout);
    std::string text = servers.text(layout);
    for (const Table* below : {&sessions, &certificates}) {
        const std::string lines = below->text(layout);
        if (!lines.empty()) text += "\n" + lines;
    }
    return text;
}

}  // namespace smarttls::portal

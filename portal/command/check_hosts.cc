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

Cells session_cells(const HostVerdict& host, policy::WallTime now) {
    Cells cells;
    if (host.tls) {
        cells = {{host.tls->protocol}, {host.tls->suite}, {host.tls->group}};
    } else {
        cells = {{"-"}, {"-"}, {"-"}};
    }
    if (!host.certificate) {
        cells.insert(cells.end(), {{"-"}, {"-"}, {"-"}, {"-"}});
        return cells;
    }
    const policy::CertificateFacts& facts = *host.certificate;
    cells.insert(cells.end(), {{facts.key},
                               {common_name(facts.subject)},
                               {facts.subject == facts.issuer ? "itself" : common_name(facts.issuer)},
                               expiry(facts.not_before, facts.not_after, now)});
    return cells;
}

const std::vector<std::string> kServerHeadings{"Pref", "Mail server", "Addresses", "Level", "Grade"};
const std::vector<std::string> kSessionHeadings{"TLS",         "Cipher suite", "Group",  "Key",
                                                "Certificate", "Issuer",       "Expires"};

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

std::string host_tables(const policy::Verdict& verdict, policy::WallTime now, const Layout& layout) {
    Table whole(both(kServerHeadings, kSessionHeadings));
    Table servers(kServerHeadings);
    Table sessions(both({"Mail server"}, kSessionHeadings));
    for (const HostVerdict& host : verdict.hosts) {
        const Cells server = server_cells(host);
        const Cells session = session_cells(host, now);
        whole.add(both(server, session));
        servers.add(server);
        if (host.tls || host.certificate) sessions.add(both({{host.name}}, session));
    }
    if (layout.indent + whole.natural_width() <= layout.columns) return whole.text(layout);
    const std::string below = sessions.text(layout);
    return servers.text(layout) + (below.empty() ? "" : "\n" + below);
}

}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
#include "smarttls/maps.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "policy/explanation.h"
#include "policy/text.h"
#include "smarttls/dns/idna.h"
#include "smarttls/netstring.h"

namespace smarttls::engine {
namespace {

using policy::Floor;
using policy::HostVerdict;
using policy::Level;
using policy::Verdict;

constexpr std::array<std::pair<std::string_view, Map>, 5> kMaps{{{"verdict", Map::Verdict},
                                                                 {"fresh", Map::Fresh},
                                                                 {"mta-sts", Map::MtaSts},
                                                                 {"pkix", Map::Pkix},
                                                                 {"default", Map::Default}}};

/// 100 names of 253 bytes are a quarter of what Postfix takes as a reply.
constexpr std::size_t kMostNames = 100;

std::optional<Map> parse_map(std::string_view name) {
    const auto found = std::find_if(kMaps.begin(), kMaps.end(),
                                    [&](const auto& row) { return row.first == name; });
    return found == kMaps.end() ? std::nullopt : std::optional(found->second);
}

/// Names of hosts in it come from strangers' DNS and end up in logs.
MapAnswer temp(std::string text) {
    const auto is_strange = [](char byte) { return !(byte >= 0x20 && byte < 0x7f); };
    std::replace_if(text.begin(), text.end(), is_strange, '?');
    return {AnswerStatus::Temp, std::move(text)};
}

MapAnswer perm(std::string text) {
    return {AnswerStatus::Perm, std::move(text)};
}

/// "[192.0.2.1]:25", "[IPv6:2001:db8::1]" (RFC 5321 §4.1.3), "192.0.2.1".
bool is_address(std::string_view key) {
    if (key.starts_with('[')) key = key.substr(1, key.find(']') - 1);
    constexpr std::string_view kTag = "IPv6:";
    const bool tagged = policy::equal_ignoring_case(key.substr(0, kTag.size()), kTag);
    if (tagged) key.remove_prefix(kTag.size());
    return policy::IpAddress::parse(key).has_value();
}

/// SMTPUTF8 brings U-labels, which Postfix looks up as they are.
policy::Result<policy::NextHop> parse_next_hop(std::string_view key) {
    const auto is_ascii = [](char byte) { return static_cast<unsigned char>(byte) < 0x80; };
    if (std::all_of(key.begin(), key.end(), is_ascii)) return policy::NextHop::parse(key);
    auto domain = to_domain_name(key);
    if (!domain) return because(domain, "next hop");
    return policy::NextHop::of(*std::move(domain));
}

/// Names for the attribute `match` of `secure`, separated by colons. Only the names of hosts of level
/// `least` or above, short of DANE: a trusted authority vouched for their certificates when they
/// were probed, and where the level is MtaSts the domain's policy named them. The patterns of the
/// policy itself are of no use here: Postfix takes ".example.nl" for any depth (TLS_README), RFC
/// 8461 §4.1 takes "*.example.nl" for one label. A DANE host beside them is
/// left out: nobody checked its certificate against the authorities, and a name that its owner
/// cannot match today is of use only to somebody else. Postfix then does not verify that host and
/// tries the next one; a failed handshake does not count against smtp_mx_session_limit
/// (smtp_connect.c).
std::vector<std::string> names_to_match(const Verdict& verdict, Level least) {
    std::vector<std::string> names;
    for (const HostVerdict& host : verdict.hosts) {
        if (host.level < least || host.level == Level::Dane) continue;
        // A DomainName holds none of the bytes that mean something in a policy (colon, comma,
        // blank, leading dot). With a dot in it, it is not one of Postfix's words nexthop,
        // dot-nexthop and hostname either; the last would match any host that forged DNS names.
        const auto name = policy::DomainName::parse(host.name);
        if (!name || name->str().find('.') == std::string::npos) continue;
        if (std::find(names.begin(), names.end(), name->str()) != names.end()) continue;
        if (names.size() < kMostNames) names.push_back(name->str());
    }
    return names;
}

MapAnswer secure(const std::vector<std::string>& names) {
    return {AnswerStatus::Ok, "secure match=" + policy::join(names, ":") + " servername=hostname"};
}

std::variant<MapQuestion, MapAnswer, CacheQuestion> parse_cache_question(
    CacheQuestion::What what, std::string_view key) {
    if (key == "*") return CacheQuestion{what, std::nullopt};
    auto next_hop = parse_next_hop(key);
    if (!next_hop) return perm(next_hop.error().what);
    return CacheQuestion{what, *std::move(next_hop)};
}

/// Why `floor` is not reached, for the administrator who reads Postfix's log.
std::string shortfall(Floor floor, const Verdict& verdict) {
    std::string why = policy::describe(verdict);
    switch (verdict.level) {
        case Level::NoMail:
            return why;
        case Level::Unknown:
            return "nothing is known about the mail servers of " + verdict.domain + " now: " + why;
        case Level::Forbidden:
            return verdict.domain + " forbids delivery now: " + why;
        default:
            return verdict.domain + " does not reach " + std::string(to_string(floor)) +
                   " now: " + why;
    }
}

}  // namespace

std::string format_answer(const MapAnswer& answer) {
    switch (answer.status) {
        case AnswerStatus::Ok:
            return "OK " + answer.text;
        case AnswerStatus::NotFound:
            return "NOTFOUND ";
        case AnswerStatus::Temp:
            return "TEMP " + answer.text;
        case AnswerStatus::Perm:
            return "PERM " + answer.text;
    }
    return "TEMP ";
}

std::string_view map_name(std::string_view request) {
    const std::string_view name = request.substr(0, request.find(' '));
    for (const auto& [known, map] : kMaps) {
        if (name == known) return known;
    }
    for (const std::string_view known : {"cache", "flush"}) {
        if (name == known) return known;
    }
    return "none";
}

std::variant<MapQuestion, MapAnswer, CacheQuestion> parse_question(std::string_view request) {
    const std::size_t blank = request.find(' ');
    const std::string_view name = request.substr(0, blank);
    if (blank != std::string_view::npos) {
        const std::string_view key = request.substr(blank + 1);
        if (name == "cache") return parse_cache_question(CacheQuestion::What::Show, key);
        if (name == "flush") return parse_cache_question(CacheQuestion::What::Flush, key);
    }
    const auto map = parse_map(name);
    if (!map || blank == std::string_view::npos) {
        return perm("no map " + policy::quote(name) +
                    "; there are verdict, fresh, mta-sts, pkix, default, cache and flush");
    }
    const std::string_view key = request.substr(blank + 1);
    if (key.starts_with('.')) return MapAnswer{AnswerStatus::NotFound, {}};
    if (is_address(key) && map != Map::Default) {
        return perm("no certificate or TLSA record authenticates the address " +
                    policy::quote(key) + "; route this mail by the name of its server");
    }
    auto next_hop = parse_next_hop(key);
    if (!next_hop && map == Map::Default) return MapAnswer{AnswerStatus::NotFound, {}};
    if (!next_hop) return perm(next_hop.error().what);
    return MapQuestion{*map, *std::move(next_hop)};
}

MapAnswer policy_answer(Floor floor, const Verdict& verdict) {
    if (verdict.level == Level::Dane) return {AnswerStatus::Ok, "dane-only"};
    if (!meets(verdict.level, floor)) return temp(shortfall(floor, verdict));
    const auto names = names_to_match(verdict, std::max(level_of(floor), Level::Pkix));
    if (names.empty()) {
        return temp("no mail server of " + verdict.domain +
                    " is known to have a certificate for its name from a trusted authority");
    }
    return secure(names);
}

MapAnswer default_answer(const Verdict& published) {
    switch (published.level) {
        case Level::Dane:
            return {AnswerStatus::Ok, "dane-only"};
        case Level::Unknown:
        case Level::Forbidden:
            return temp(shortfall(Floor::MtaSts, published));
        case Level::MtaSts:
            break;
        default:
            return {AnswerStatus::NotFound, {}};
    }
    const auto names = names_to_match(published, Level::MtaSts);
    if (names.empty()) {
        return temp("no mail server of " + published.domain + " is named by its MTA-STS policy");
    }
    return secure(names);
}

MapAnswer answer(Map map, const KeptVerdict& verdict) {
    switch (map) {
        case Map::Pkix:
            return policy_answer(Floor::Pkix, verdict);
        case Map::MtaSts:
            return policy_answer(Floor::MtaSts, verdict);
        case Map::Default:
            return default_answer(verdict);
        case Map::Verdict:
        case Map::Fresh:
            return {AnswerStatus::Ok, verdict.json()};
    }
    return temp("no such map");
}

MapAnswer not_in_time(const policy::NextHop& next_hop) {
    return temp("nothing is known about the mail servers of " + next_hop.str() +
                " now: their examination takes too long");
}

}  // namespace smarttls::engine

// SPDX-License-Identifier: Apache-2.0
#include "smarttls/verdict_json.h"

#include <algorithm>
#include <boost/json.hpp>
#include <limits>

#include "smarttls/netstring.h"
#include "smarttls/timestamp.h"

namespace smarttls::engine {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestText = 512;
constexpr std::size_t kLongestJson = kLongestReply - std::string_view("OK ").size();

/// What is left out when all of it would be too much.
struct Bounds {
    std::size_t names = std::numeric_limits<std::size_t>::max();  // of each certificate
    std::size_t chain = std::numeric_limits<std::size_t>::max();  // certificates behind the first
    bool ntamx_certificates = true;
};
constexpr Bounds kTighter{8, 2};
constexpr Bounds kTightest{8, 0, false};

json::string text(std::string_view bytes) {
    json::string clean(bytes.substr(0, kLongestText));
    for (char& byte : clean) {
        if (!(byte >= 0x20 && byte < 0x7f)) byte = '?';
    }
    return clean;
}

json::array texts(const std::vector<std::string>& values, std::size_t most) {
    json::array array;
    for (std::size_t i = 0; i < std::min(values.size(), most); ++i)
        array.push_back(text(values[i]));
    return array;
}

json::array names_of(const std::vector<policy::Reason>& reasons) {
    json::array array;
    for (const policy::Reason reason : reasons) array.push_back(text(to_string(reason)));
    return array;
}

json::object write(const policy::TlsFacts& tls) {
    json::object object{{"protocol", text(tls.protocol)}, {"suite", text(tls.suite)}};
    if (!tls.group.empty()) object["group"] = text(tls.group);
    if (tls.lax) object["lax"] = true;
    return object;
}

json::object write(const policy::CertificateFacts& certificate, const Bounds& bounds) {
    json::object object{{"subject", text(certificate.subject)},
                        {"issuer", text(certificate.issuer)},
                        {"names", texts(certificate.names, bounds.names)},
                        {"not_before", text(format_time(certificate.not_before))},
                        {"not_after", text(format_time(certificate.not_after))},
                        {"key", text(certificate.key)},
                        {"signature", text(certificate.signature)},
                        {"sha256", text(certificate.sha256)}};
    if (!certificate.curve.empty()) object["curve"] = text(certificate.curve);
    return object;
}

json::array write(const std::vector<policy::CertificateFacts>& chain, const Bounds& bounds) {
    json::array array;
    for (std::size_t i = 0; i < std::min(chain.size(), bounds.chain); ++i) {
        array.push_back(write(chain[i], bounds));
    }
    return array;
}

json::array write(const std::vector<policy::Weakness>& weak) {
    json::array array;
    for (const policy::Weakness& one : weak) {
        json::object object{{"reason", text(to_string(one.reason))},
                            {"what", text(one.what)},
                            {"grade", text(to_string(one.grade))}};
        if (one.depth > 0) object["depth"] = one.depth;
        array.push_back(std::move(object));
    }
    return array;
}

json::object write(const policy::DaneFacts& dane) {
    json::object object{{"status", text(to_string(dane.status))}};
    if (dane.usage) object["usage"] = *dane.usage;
    if (dane.selector) object["selector"] = *dane.selector;
    if (dane.matching) object["matching"] = *dane.matching;
    return object;
}

json::object write(const policy::StsFacts& sts) {
    return {{"mode", text(to_string(sts.mode))},
            {"id", text(sts.id)},
            {"max_age", sts.max_age},
            {"mx", texts(sts.mx, sts.mx.size())}};
}

json::object write(const policy::HostVerdict& host, const Bounds& bounds) {
    json::object object{{"name", text(host.name)},
                        {"preference", host.preference},
                        {"addresses", texts(host.addresses, host.addresses.size())},
                        {"level", text(to_string(host.level))},
                        {"grade", text(to_string(host.grade))},
                        {"reasons", names_of(host.reasons)}};
    if (!host.weak.empty()) object["weak"] = write(host.weak);
    if (host.tls) object["tls"] = write(*host.tls);
    if (host.certificate) object["certificate"] = write(*host.certificate, bounds);
    if (json::array chain = write(host.chain, bounds); !chain.empty()) object["chain"] = chain;
    object["dane"] = write(host.dane);
    return object;
}

json::object write(const policy::NtaFacts& nta, const Bounds& bounds) {
    json::object object{{"valid", is_valid(nta)}};
    if (nta.why) object["why"] = text(to_string(*nta.why));
    if (!nta.mistake.empty()) object["mistake"] = text(nta.mistake);
    if (nta.provider.empty()) return object;
    object["provider"] = text(nta.provider);
    object["start"] = text(nta.start);
    object["end"] = text(nta.end);
    json::array hosts;
    for (policy::HostVerdict host : nta.ntamx) {
        if (!bounds.ntamx_certificates) host.certificate.reset();
        hosts.push_back(write(host, bounds));
    }
    object["ntamx"] = std::move(hosts);
    return object;
}

std::string write(const policy::Verdict& verdict, const Bounds& bounds) {
    json::array hosts;
    for (const auto& host : verdict.hosts) hosts.push_back(write(host, bounds));
    json::object object{{"domain", text(verdict.domain)},
                        {"level", text(to_string(verdict.level))},
                        {"grade", text(to_string(verdict.grade))},
                        {"reasons", names_of(verdict.reasons)},
                        {"mx_secure", verdict.mx_secure},
                        {"checked", text(format_time(verdict.checked))},
                        {"expires", text(format_time(verdict.expires))}};
    if (verdict.best_seen) object["best_seen"] = text(to_string(*verdict.best_seen));
    if (verdict.stale) {
        object["stale"] = true;
        object["stale_reasons"] = names_of(verdict.stale_reasons);
    }
    if (!verdict.profile.empty()) object["profile"] = text(verdict.profile);
    if (verdict.sts) object["sts"] = write(*verdict.sts);
    if (verdict.nta7516) object["nta7516"] = write(*verdict.nta7516, bounds);
    object["hosts"] = std::move(hosts);
    return json::serialize(object);
}

}  // namespace

std::string to_json(const policy::Verdict& verdict) {
    for (const Bounds& bounds : {Bounds{}, kTighter}) {
        std::string text = write(verdict, bounds);
        if (text.size() <= kLongestJson) return text;
    }
    return write(verdict, kTightest);
}

}  // namespace smarttls::engine

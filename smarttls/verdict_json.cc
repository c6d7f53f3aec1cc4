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
constexpr std::size_t kFewNames = 8;

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
    return object;
}

json::object write(const policy::CertificateFacts& certificate, std::size_t most_names) {
    return {{"subject", text(certificate.subject)},
            {"issuer", text(certificate.issuer)},
            {"names", texts(certificate.names, most_names)},
            {"not_before", text(format_time(certificate.not_before))},
            {"not_after", text(format_time(certificate.not_after))},
            {"key", text(certificate.key)},
            {"signature", text(certificate.signature)},
            {"sha256", text(certificate.sha256)}};
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

json::object write(const policy::HostVerdict& host, std::size_t most_names) {
    json::object object{{"name", text(host.name)},
                        {"preference", host.preference},
                        {"addresses", texts(host.addresses, host.addresses.size())},
                        {"level", text(to_string(host.level))},
                        {"reasons", names_of(host.reasons)}};
    if (host.tls) object["tls"] = write(*host.tls);
    if (host.certificate) object["certificate"] = write(*host.certificate, most_names);
    object["dane"] = write(host.dane);
    return object;
}

std::string write(const policy::Verdict& verdict, std::size_t most_names) {
    json::array hosts;
    for (const auto& host : verdict.hosts) hosts.push_back(write(host, most_names));
    json::object object{{"domain", text(verdict.domain)},
                        {"level", text(to_string(verdict.level))},
                        {"reasons", names_of(verdict.reasons)},
                        {"mx_secure", verdict.mx_secure},
                        {"checked", text(format_time(verdict.checked))},
                        {"expires", text(format_time(verdict.expires))}};
    if (verdict.sts) object["sts"] = write(*verdict.sts);
    object["hosts"] = std::move(hosts);
    return json::serialize(object);
}

}  // namespace

std::string to_json(const policy::Verdict& verdict) {
    std::string whole = write(verdict, std::numeric_limits<std::size_t>::max());
    return whole.size() <= kLongestJson ? whole : write(verdict, kFewNames);
}

}  // namespace smarttls::engine

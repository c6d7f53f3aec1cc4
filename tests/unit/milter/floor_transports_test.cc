// SPDX-License-Identifier: Apache-2.0
#include "milter/floor_transports.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/milter/error_of.h"

namespace smarttls::milter {
namespace {

using test::error_of;
using test::expect_names;

const std::vector<std::string> kFloors{"dane", "mta-sts", "pkix", "encrypted"};

/// What `postconf -P` prints of the shipped master.cf.
std::map<std::string, std::string> good_listing() {
    std::map<std::string, std::string> lines;
    const std::map<std::string, std::pair<std::string, std::string>> own{
        {"dane", {"dane-only", ""}},
        {"mta-sts", {"secure", "socketmap:unix:smarttlsd/engine.sock:mta-sts"}},
        {"pkix", {"secure", "socketmap:unix:smarttlsd/engine.sock:pkix"}},
        {"encrypted", {"encrypt", ""}}};
    for (const auto& [floor, values] : own) {
        const std::string prefix = "smarttls-" + floor + "/unix/";
        lines[prefix + "smtp_tls_security_level"] = values.first;
        lines[prefix + "smtp_tls_policy_maps"] = values.second;
        lines[prefix + "smtp_header_checks"] =
            "$smarttls_passes_" + (floor == "mta-sts" ? "mta_sts" : floor);
        lines[prefix + "smtp_tls_mandatory_protocols"] = ">=TLSv1.2";
        lines[prefix + "smtp_tls_mandatory_ciphers"] = "high";
        lines[prefix + "smtp_dns_support_level"] = "dnssec";
        lines[prefix + "smtp_host_lookup"] = "dns";
        lines[prefix + "smtp_fallback_relay"] = "";
        lines[prefix + "tls_required_enable"] = "no";
        lines[prefix + "smtp_tls_loglevel"] = "1";
    }
    return lines;
}

std::string print(const std::map<std::string, std::string>& lines) {
    std::string text = "submission/inet/syslog_name = postfix/submission\n";
    for (const auto& [key, value] : lines) text += key + " = " + value + "\n";
    return text;
}

TEST(CheckListing, IsContentWithTheShippedTransports) {
    const auto checked = check_listing(print(good_listing()));
    EXPECT_TRUE(checked) << checked.error().what;
}

TEST(CheckListing, NamesEachLineThatIsMissing) {
    for (const auto& [key, value] : good_listing()) {
        auto lines = good_listing();
        lines.erase(key);
        const std::string error = error_of(check_listing(print(lines)));
        expect_names(error, key.substr(0, key.find('/')), key);
        expect_names(error, "lacks -o " + key.substr(key.rfind('/') + 1) + "=" + value, key);
    }
}

TEST(CheckListing, NamesEachLineThatIsChanged) {
    for (const auto& [key, value] : good_listing()) {
        for (const std::string wrong : {"may", "dane", "none", "verify", "yes", "native", "socketmap:unix:x:default",
                                        "socketmap:unix:x:pkix, hash:/x", "hash:/x:pkix"}) {
            auto lines = good_listing();
            lines[key] = wrong;
            const std::string error = error_of(check_listing(print(lines)));
            expect_names(error, key.substr(0, key.find('/')), key + " = " + wrong);
            expect_names(error, "-o " + key.substr(key.rfind('/') + 1) + "=", key + " = " + wrong);
        }
    }
}

TEST(CheckListing, RefusesALineThatStandsTwiceWithDifferentValues) {
    const std::string twice = print(good_listing()) + "smarttls-dane/unix/smtp_tls_security_level = may\n";
    EXPECT_EQ(error_of(check_listing(twice)),
              "master.cf sets smarttls-dane/unix/smtp_tls_security_level twice");
}

TEST(CheckListing, RefusesPerSiteTablesOnATransport) {
    for (const std::string& floor : kFloors) {
        const std::string more = "smarttls-" + floor + "/unix/smtp_tls_per_site = hash:/etc/postfix/x\n";
        expect_names(error_of(check_listing(print(good_listing()) + more)), "smarttls-" + floor, more);
    }
}

TEST(CheckListing, RefusesAnEmptyListing) {
    EXPECT_EQ(error_of(check_listing("")),
              "transport smarttls-dane in master.cf lacks -o smtp_tls_security_level=dane-only");
}

}  // namespace
}  // namespace smarttls::milter

// SPDX-License-Identifier: Apache-2.0
#include "policy/grade_explanation.h"

#include <algorithm>
#include <vector>

#include "policy/text.h"

namespace smarttls::policy {
namespace {

constexpr std::size_t kMostFacts = 2;

/// The host that decided the grade of the domain: the first with that grade.
const HostVerdict* graded_host(const Verdict& verdict) {
    const auto found =
        std::find_if(verdict.hosts.begin(), verdict.hosts.end(), [&](const HostVerdict& host) {
            return host.grade == verdict.grade && is_ranked(host.level);
        });
    return found == verdict.hosts.end() ? nullptr : &*found;
}

std::string_view remedy(Reason reason) {
    switch (reason) {
        case Reason::OldProtocol: return "a newer version of TLS";
        case Reason::WeakCipher: return "a stronger cipher suite";
        case Reason::WeakGroup: return "a stronger key exchange group";
        case Reason::WeakSignature: return "a certificate with a stronger signature";
        default: return "a stronger key";
    }
}

/// What would lift the host to the grade: a remedy for each weakness below it.
std::string remedies(const HostVerdict* host, const MailClass& mail_class, const std::string& judge) {
    std::vector<std::string> all;
    if (host != nullptr && mail_class.grade <= Grade::Sufficient) {
        for (const Weakness& weak : host->weak) {
            const std::string one(remedy(weak.reason));
            const bool known = std::find(all.begin(), all.end(), one) != all.end();
            if (weak.grade < mail_class.grade && !known) all.push_back(one);
        }
    }
    if (!all.empty()) return join(all, " and ");
    return "TLS and certificates that " + judge + " calls " +
           std::string(to_string(mail_class.grade));
}

/// "uses RSA-1024 and speaks TLSv1.1": what has the worst grade.
std::string facts_of(const HostVerdict& host) {
    std::vector<std::string> facts;
    for (const Weakness& weak : host.weak) {
        if (weak.grade == host.grade && facts.size() < kMostFacts) facts.push_back(phrase(weak));
    }
    return join(facts, " and ");
}

/// Postfix has settings for versions and suites, none for keys and signatures.
bool is_beyond_postfix(const HostVerdict& host) {
    return std::any_of(host.weak.begin(), host.weak.end(), [&](const Weakness& weak) {
        return weak.grade == host.grade &&
               (weak.reason == Reason::WeakKey || weak.reason == Reason::WeakSignature);
    });
}

/// "rsa-1024" as people write it.
std::string key_name(const std::string& key) {
    if (key.starts_with("rsa-")) return "RSA-" + key.substr(4);
    return "a key of the kind " + key;
}

}  // namespace

std::string phrase(const Weakness& weakness) {
    const std::string where = weakness.depth > 0 ? " in its certificate chain" : "";
    switch (weakness.reason) {
        case Reason::OldProtocol: return "speaks " + weakness.what;
        case Reason::WeakCipher: return "uses the cipher suite " + weakness.what;
        case Reason::WeakGroup: return "uses the key exchange group " + weakness.what;
        case Reason::WeakSignature: return "uses a signature with " + weakness.what + where;
        default: return "uses " + key_name(weakness.what) + where;
    }
}

std::string explain_grade(const MailClass& mail_class, const Verdict& verdict) {
    const HostVerdict* host = graded_host(verdict);
    const std::string judge = verdict.profile.empty() ? "the profile" : verdict.profile;
    const std::string facts = host != nullptr ? facts_of(*host) : std::string();
    std::string text = host != nullptr ? host->name : verdict.domain;
    if (facts.empty()) {
        text += " has cryptography that " + judge + " calls no better than ";
    } else {
        text += " " + facts + ", which " + judge + " calls ";
    }
    text += std::string(to_string(verdict.grade));
    if (!facts.empty() && is_beyond_postfix(*host)) text += " and Postfix cannot refuse at delivery";
    return text + ", but class " + mail_class.name + " demands grade " +
           std::string(to_string(mail_class.grade)) + "; " + remedies(host, mail_class, judge) +
           " would make it direct";
}

}  // namespace smarttls::policy

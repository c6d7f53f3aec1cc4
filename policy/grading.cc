// SPDX-License-Identifier: Apache-2.0
#include "policy/grading.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace smarttls::policy {
namespace {

using Part = Profile::Part;

/// The worst of all parts, and those that are weak.
class Sum {
  public:
    void add(Reason reason, Grade grade, const std::string& what, int depth = 0) {
        worst_ = std::min(worst_, grade);
        if (grade > Grade::PhaseOut || knows(reason, what)) return;
        weak_.push_back({reason, grade, what, depth});
    }

    Grading finish() {
        std::stable_sort(weak_.begin(), weak_.end(),
                         [](const auto& a, const auto& b) { return a.grade < b.grade; });
        return {worst_, std::move(weak_)};
    }

  private:
    [[nodiscard]] bool knows(Reason reason, const std::string& what) const {
        return std::any_of(weak_.begin(), weak_.end(), [&](const Weakness& known) {
            return known.reason == reason && known.what == what;
        });
    }

    Grade worst_ = Grade::Good;
    std::vector<Weakness> weak_;
};

int bits_of(std::string_view digits) {
    int bits = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    return bits;
}

void add_key(Sum& sum, const Profile& profile, const CertificateFacts& certificate, int depth) {
    constexpr std::string_view kRsa = "rsa-";
    const std::string& key = certificate.key;
    if (key.starts_with(kRsa)) {
        const int bits = bits_of(std::string_view(key).substr(kRsa.size()));
        sum.add(Reason::WeakKey, profile.grade_rsa(bits), key, depth);
    } else if (key.starts_with("ecdsa-")) {
        const Grade grade = profile.grade(Part::Curve, certificate.curve);
        sum.add(Reason::WeakKey, grade, certificate.curve.empty() ? key : certificate.curve, depth);
    } else {
        sum.add(Reason::WeakKey, profile.grade(Part::Eddsa, key), key, depth);
    }
}

void add_signature(Sum& sum, const Profile& profile, const CertificateFacts& certificate,
                   int depth) {
    const std::string& name = certificate.signature;
    // RFC 8410 §3: EdDSA has no hash to be named; its signature is as good as such a key.
    const Part part = name.starts_with("ed") ? Part::Eddsa : Part::Hash;
    sum.add(Reason::WeakSignature, profile.grade(part, name), name, depth);
}

/// Self-issued (RFC 5280 §3.2). The server's own certificate is no root, whoever signed it.
bool is_root(const CertificateFacts& certificate) {
    return certificate.subject == certificate.issuer;
}

void add_certificates(Sum& sum, const Profile& profile, const HostVerdict& host) {
    if (!host.certificate) return;
    add_key(sum, profile, *host.certificate, 0);
    add_signature(sum, profile, *host.certificate, 0);
    int depth = 0;
    for (const CertificateFacts& authority : host.chain) {
        ++depth;
        if (is_root(authority)) continue;
        add_key(sum, profile, authority, depth);
        add_signature(sum, profile, authority, depth);
    }
}

}  // namespace

Grading grade(const Profile& profile, const HostVerdict& host) {
    if (!host.tls) return {};
    const TlsFacts& tls = *host.tls;
    Sum sum;
    sum.add(Reason::OldProtocol, profile.grade(Part::Protocol, tls.protocol), tls.protocol);
    sum.add(Reason::WeakCipher, profile.grade(Part::Suite, tls.suite), tls.suite);
    // Without a group the suite has no ephemeral key exchange, and is judged for that itself.
    if (!tls.group.empty()) {
        sum.add(Reason::WeakGroup, profile.grade(Part::Group, tls.group), tls.group);
    }
    add_certificates(sum, profile, host);
    return sum.finish();
}

}  // namespace smarttls::policy

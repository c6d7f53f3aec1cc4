// SPDX-License-Identifier: Apache-2.0
//
// Profile: a guideline for TLS as data: which protocols, cipher suites, groups, keys and hashes are
// good, sufficient, to be phased out or insufficient. What it does not list is insufficient.
//
//     Result<Profile> profile = Profile::parse(path, text);
//     Grade grade = profile->grade(Profile::Part::Suite, "ECDHE-RSA-AES128-GCM-SHA256");
//
// Format: "PART.GRADE = NAME NAME ..." lines, where a line may follow others of the same key;
// "rsa-bits.GRADE = N" is the least size of an RSA key; "title = TEXT" is what people call it. '#'
// and ';' begin a comment line. Names are those of verdicts (OpenSSL's).
// Threads: immutable. Errors: Misconfigured; `what` has one line per mistake, "file:line: ...".
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"
#include "policy/verdict.h"

namespace smarttls::policy {

class Profile {
  public:
    enum class Part {
        Protocol,  // "TLSv1.3"
        Suite,     // "ECDHE-RSA-AES128-GCM-SHA256"
        Group,     // of the key exchange: "x25519", "ffdhe3072"
        Curve,     // of an ECDSA key: "secp256r1"
        Eddsa,     // "ed25519"; such a certificate's signature has no hash of its own
        Hash,      // of a certificate's signature: "sha256"
    };

    [[nodiscard]] static Result<Profile> parse(std::string_view file, std::string_view text);

    [[nodiscard]] const std::string& title() const { return title_; }
    [[nodiscard]] Grade grade(Part part, std::string_view name) const;
    [[nodiscard]] Grade grade_rsa(int bits) const;
    /// Every name that the part lists, in alphabetical order.
    [[nodiscard]] std::vector<std::string> names(Part part) const;

  private:
    friend class ProfileParser;
    std::string title_;
    std::array<std::map<std::string, Grade, std::less<>>, 6> lists_;  // by Part
    std::map<Grade, int> rsa_bits_;                                   // the least size for a grade
};

}  // namespace smarttls::policy

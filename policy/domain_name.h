// SPDX-License-Identifier: Apache-2.0
//
// DomainName: a host or mail domain in the one form in which this project compares, stores and asks
// for it: lower case, A-labels, no final dot (RFC 1035 §2.3.4, RFC 5890 §2.3.2.1).
//
//     Result<DomainName> name = DomainName::parse("Example.NL.");   // example.nl
//
// U-labels are converted at the rim (smarttls/dns/idna.h); here they are Malformed.
// Threads: immutable value. Errors: Malformed.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace smarttls::policy {

class DomainName {
  public:
    static constexpr std::size_t kLongestName = 253;  // RFC 1035 §2.3.4, without the root's byte
    static constexpr std::size_t kLongestLabel = 63;

    /// Letters, digits, hyphens and underscores in labels of 1 to 63 bytes. Underscores stand in
    /// real MX names although RFC 952 does not know them. The root and IP addresses are refused.
    [[nodiscard]] static Result<DomainName> parse(std::string_view text);

    [[nodiscard]] const std::string& str() const { return name_; }

    /// True for the name itself and everything below it.
    [[nodiscard]] bool is_within(const DomainName& ancestor) const;

    friend auto operator<=>(const DomainName&, const DomainName&) = default;

  private:
    explicit DomainName(std::string name) : name_(std::move(name)) {}
    std::string name_;
};

}  // namespace smarttls::policy

template <>
struct std::hash<smarttls::policy::DomainName> {
    std::size_t operator()(const smarttls::policy::DomainName& name) const noexcept {
        return std::hash<std::string>{}(name.str());
    }
};

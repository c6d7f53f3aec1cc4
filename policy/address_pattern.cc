// SPDX-License-Identifier: Apache-2.0
#include "policy/address_pattern.h"

#include <algorithm>

#include "policy/domain_name.h"
#include "policy/text.h"

namespace smarttls::policy {

Result<AddressPattern> AddressPattern::parse(std::string_view text) {
    const bool is_plain = !text.empty() && std::none_of(text.begin(), text.end(), [](char byte) {
        return static_cast<unsigned char>(byte) <= 0x20 || byte == 0x7f || byte == '<' || byte == '>';
    });
    const std::size_t at = text.rfind('@');
    const bool is_domain = text.starts_with('.');
    if (!is_plain) return fail(ErrorKind::Malformed, quote(text) + " is neither an address nor @domain nor .domain");
    if (at == std::string_view::npos && !is_domain) return AddressPattern(to_lower(text));
    const std::string_view name = text.substr(is_domain ? 1 : at + 1);
    auto domain = DomainName::parse(name);
    if (!domain) return because(domain, "expected an address, @domain or .domain");
    return AddressPattern(to_lower(text.substr(0, text.size() - name.size())) + domain->str());
}

Result<AddressPattern> AddressPattern::parse_address(std::string_view text) {
    if (text.find('@') != std::string_view::npos || text.starts_with('.')) return parse(text);
    return fail(ErrorKind::Malformed, quote(text) + " is neither an address nor @domain nor .domain");
}

bool AddressPattern::matches(std::string_view address, std::string_view domain) const {
    const std::size_t at = address.rfind('@');
    const std::string_view local = address.substr(0, at);
    const bool has_domain = at != std::string_view::npos;
    if (domain.empty() && has_domain) domain = address.substr(at + 1);
    if (!text_.starts_with('.')) {
        const std::size_t own_at = text_.rfind('@');
        if (own_at == std::string::npos) return !has_domain && equal_ignoring_case(text_, local);
        const bool same_local = own_at == 0 || equal_ignoring_case(std::string_view(text_).substr(0, own_at), local);
        return has_domain && same_local && equal_ignoring_case(std::string_view(text_).substr(own_at + 1), domain);
    }
    return has_domain && domain.size() > text_.size() && to_lower(domain).ends_with(text_);
}

const AddressPattern* find_match(const std::vector<AddressPattern>& patterns, std::string_view address,
                                 std::string_view domain) {
    const auto found = std::find_if(patterns.begin(), patterns.end(),
                                    [&](const AddressPattern& one) { return one.matches(address, domain); });
    return found == patterns.end() ? nullptr : &*found;
}

}  // namespace smarttls::policy

// SPDX-License-Identifier: Apache-2.0
#include "policy/domain_name.h"

#include <algorithm>

#include "policy/text.h"

namespace smarttls::policy {
namespace {

bool is_label_byte(char byte) {
    return (byte >= 'a' && byte <= 'z') || is_digit(byte) || byte == '-' || byte == '_';
}

Result<void> check_label(std::string_view label) {
    if (label.empty()) return fail(ErrorKind::Malformed, "a label is empty");
    if (label.size() > DomainName::kLongestLabel) {
        return fail(ErrorKind::Malformed, "a label is longer than 63 bytes");
    }
    if (label.front() == '-' || label.back() == '-') {
        return fail(ErrorKind::Malformed, "a label begins or ends with a hyphen");
    }
    if (!std::all_of(label.begin(), label.end(), is_label_byte)) {
        return fail(ErrorKind::Malformed, "a label holds a byte that host names do not have");
    }
    return ok();
}

}  // namespace

Result<DomainName> DomainName::parse(std::string_view text) {
    std::string name = to_lower(text);
    if (!name.empty() && name.back() == '.') name.pop_back();
    const std::string context = "domain name " + quote(text);
    if (name.empty() || name.size() > kLongestName) {
        return fail(ErrorKind::Malformed, context + ": it has no byte or more than 253");
    }
    std::string_view last;
    for (const std::string_view label : split(name, '.')) {
        if (auto checked = check_label(label); !checked) return because(checked, context);
        last = label;
    }
    if (std::all_of(last.begin(), last.end(), is_digit)) {
        return fail(ErrorKind::Malformed, context + ": it ends like an IPv4 address");
    }
    return DomainName(std::move(name));
}

bool DomainName::is_within(const DomainName& ancestor) const {
    if (name_ == ancestor.name_) return true;
    return name_.ends_with("." + ancestor.name_);
}

}  // namespace smarttls::policy

// SPDX-License-Identifier: Apache-2.0
#include "policy/pickup_access.h"

#include <algorithm>
#include <set>

#include "policy/text.h"

namespace smarttls::policy {
namespace {

constexpr std::size_t kShortestNumber = 8;  // with its plus sign
constexpr std::size_t kLongestNumber = 16;  // E.164: fifteen digits
constexpr std::size_t kShortestCode = 6;
constexpr std::size_t kLongestCode = 64;

Result<std::string> read_number(std::string_view text) {
    std::string number;
    for (const char byte : trim(text)) {
        const bool is_plus = byte == '+' && number.empty();
        if (is_digit(byte) || is_plus) {
            number += byte;
        } else if (std::string_view(" \t\r\n-.()").find(byte) == std::string_view::npos) {
            return fail(ErrorKind::Malformed, "it is no phone number");
        }
    }
    const bool is_whole = number.size() >= kShortestNumber && number.size() <= kLongestNumber;
    if (is_whole && number.starts_with('+') && number[1] != '0') return number;
    return fail(ErrorKind::Malformed, "it is no international phone number such as +31612345678");
}

/// Two numbers for one recipient: nobody can say which is his.
Result<void> put(PickupKeys& keys, const std::string& recipient, const std::string& number) {
    const auto [at, is_new] = keys.phones.emplace(recipient, number);
    if (is_new || at->second == number) return ok();
    return fail(ErrorKind::Malformed, "one recipient has two phone numbers");
}

Result<void> take_phone(PickupKeys& keys, std::string_view entry, const std::vector<std::string>& recipients) {
    const std::size_t equals = entry.rfind('=');
    auto number = read_number(equals == std::string_view::npos ? entry : entry.substr(equals + 1));
    if (!number) return tl::unexpected(number.error());
    if (equals == std::string_view::npos) {
        const std::set<std::string> different(recipients.begin(), recipients.end());
        if (different.size() == 1) return put(keys, recipients.front(), *number);
        return fail(ErrorKind::Malformed, "with several recipients it has to say whose number it is: address=number");
    }
    const std::string_view named = trim(entry.substr(0, equals));
    for (const std::string& recipient : recipients) {
        if (!equal_ignoring_case(recipient, named)) continue;
        if (auto done = put(keys, recipient, *number); !done) return done;
    }
    return ok();
}

Result<std::string> read_code(std::string_view text) {
    const bool is_plain = std::all_of(text.begin(), text.end(), [](char byte) { return byte >= ' ' && byte < 0x7f; });
    if (is_plain && text.size() >= kShortestCode && text.size() <= kLongestCode) return std::string(text);
    return fail(ErrorKind::Malformed, "an access code has 6 to 64 ASCII characters");
}

}  // namespace

Result<PickupKeys> PickupAccess::keys_for(const std::vector<std::string>& recipients) const {
    PickupKeys keys;
    for (const std::string& value : phones_) {
        for (const std::string_view entry : split(value, ',')) {
            if (trim(entry).empty()) continue;
            if (auto taken = take_phone(keys, entry, recipients); !taken) return tl::unexpected(taken.error());
        }
    }
    for (const std::string& value : codes_) {
        if (trim(value).empty()) continue;
        auto code = read_code(trim(value));
        if (!code) return tl::unexpected(code.error());
        if (!keys.code.empty() && keys.code != *code) return fail(ErrorKind::Malformed, "there are two access codes");
        keys.code = *std::move(code);
    }
    return keys;
}

}  // namespace smarttls::policy

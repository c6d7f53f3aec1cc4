// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/record.h"

#include <algorithm>
#include <optional>

#include "policy/text.h"

namespace smarttls::engine {
namespace {

constexpr std::string_view kVersion = "v=STSv1";
constexpr std::string_view kId = "id=";
constexpr std::size_t kLongestId = 32;

std::string_view trim_blanks(std::string_view text) {
    constexpr std::string_view kBlanks = " \t";  // WSP of RFC 5234
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// "v=STSv1;" or, as the ABNF has it, with blanks before the semicolon.
bool is_sts(std::string_view text) {
    if (!text.starts_with(kVersion)) return false;
    text.remove_prefix(kVersion.size());
    return trim_blanks(text.substr(0, text.find(';') + 1)) == ";";
}

bool is_alphanumeric(char byte) {
    const char lower = policy::to_lower(byte);
    return policy::is_digit(byte) || (lower >= 'a' && lower <= 'z');
}

bool is_id(std::string_view text) {
    return !text.empty() && text.size() <= kLongestId &&
           std::all_of(text.begin(), text.end(), is_alphanumeric);
}

/// The id when there is exactly one. Other fields are extensions, of which nothing is asked.
std::optional<std::string_view> id_of(std::string_view text) {
    std::optional<std::string_view> id;
    for (const std::string_view piece : policy::split(text, ';')) {
        const std::string_view field = trim_blanks(piece);
        if (!field.starts_with(kId)) continue;
        if (id) return std::nullopt;
        id = field.substr(kId.size());
    }
    return id && is_id(*id) ? id : std::nullopt;
}

}  // namespace

StsRecord find_record(const std::vector<std::string>& texts) {
    const auto first = std::find_if(texts.begin(), texts.end(), is_sts);
    if (first == texts.end()) return {StsRecordState::Absent, {}};
    if (std::find_if(first + 1, texts.end(), is_sts) != texts.end()) {
        return {StsRecordState::Invalid, {}};
    }
    const auto id = id_of(*first);
    if (!id) return {StsRecordState::Invalid, {}};
    return {StsRecordState::Found, std::string(*id)};
}

}  // namespace smarttls::engine

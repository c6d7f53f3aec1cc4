// SPDX-License-Identifier: Apache-2.0
#include "milter/envelope.h"

#include <algorithm>

#include "policy/text.h"

namespace smarttls::milter {
namespace {

using policy::Floor;

constexpr std::string_view kTag = "+smarttls-";
constexpr std::string_view kNoticesToo = "-dsn";

/// Address cut in three: what is before the tag's place, the closing quote if any, '@' and domain.
struct Parts {
    std::string_view local;
    std::string_view rest;
};

Parts cut(std::string_view address) {
    const std::size_t at = address.rfind('@');
    const std::size_t end = at == std::string_view::npos ? address.size() : at;
    const bool quoted = end >= 2 && address.front() == '"' && address[end - 1] == '"';
    const std::size_t place = quoted ? end - 1 : end;
    return {address.substr(0, place), address.substr(place)};
}

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
    return text.substr(0, text.size() - (text.ends_with(suffix) ? suffix.size() : 0));
}

/// Where the tag begins in a local part, or npos.
std::size_t tag_in(std::string_view local) { return policy::to_lower(local).rfind(kTag); }

}  // namespace

std::string without_brackets(std::string_view path) {
    path = policy::trim(path);
    if (path.starts_with('<') && path.ends_with('>')) path = path.substr(1, path.size() - 2);
    return std::string(path);
}

std::string_view domain_of(std::string_view address) {
    const std::size_t at = address.rfind('@');
    return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

bool is_routed(std::string_view address) {
    if (address.starts_with('@')) return true;
    const std::size_t at = address.rfind('@');
    return address.substr(0, at).find_first_of("%!@") != std::string_view::npos;
}

std::optional<Floor> floor_of(std::string_view address) {
    const std::string_view local = cut(address).local;
    const std::size_t tag = tag_in(local);
    if (tag == std::string_view::npos) return std::nullopt;
    const std::string name = policy::to_lower(local.substr(tag + kTag.size()));
    return policy::parse_floor(without_suffix(name, kNoticesToo));
}

std::string without_floor(std::string_view address) {
    const auto [local, rest] = cut(address);
    if (!floor_of(address)) return std::string(address);
    return std::string(local.substr(0, tag_in(local))) + std::string(rest);
}

std::string with_floor(std::string_view address, Floor floor, Home home) {
    const auto present = floor_of(address);
    auto [local, rest] = cut(address);
    if (present) local = local.substr(0, tag_in(local));
    return std::string(local) + std::string(kTag) +
           std::string(to_string(std::max(floor, present.value_or(floor)))) +
           std::string(home == Home::Remote ? kNoticesToo : "") + std::string(rest);
}

}  // namespace smarttls::milter

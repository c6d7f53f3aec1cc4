// SPDX-License-Identifier: Apache-2.0
#include "portal/web/site_parts.h"

namespace smarttls::portal {
namespace {

constexpr std::string_view kCookieRules = "; Path=/; Secure; HttpOnly; SameSite=Strict";
constexpr std::size_t kIdShown = 16;  // hexadecimal digits: 64 bits tell a browser's messages apart

}  // namespace

std::string session_cookie(std::string_view message) { return "__Host-m-" + std::string(message.substr(0, kIdShown)); }
std::string message_path(std::string_view message) { return "/m/" + std::string(message.substr(0, kIdShown)); }

void set_cookie(Response& response, std::string_view name, std::string_view value) {
    response.headers.push_back({"Set-Cookie", std::string(name) + "=" + std::string(value) + std::string(kCookieRules)});
}

void clear_cookie(Response& response, std::string_view name) {
    response.headers.push_back({"Set-Cookie", std::string(name) + "=; Max-Age=0" + std::string(kCookieRules)});
}

Response see_other(const std::string& path) {
    Response response{303, {{"Location", path}}, {}, nullptr, std::nullopt};
    add_security_headers(response, Content::Page);
    return response;
}

std::string size_text(std::uint64_t bytes, std::string_view decimal_mark) {
    constexpr std::uint64_t kMega = 1'000'000;
    if (bytes < 1000) return std::to_string(bytes) + " B";
    if (bytes < kMega) return std::to_string((bytes + 500) / 1000) + " kB";
    const std::uint64_t tenths = (bytes + kMega / 20) / (kMega / 10);
    return std::to_string(tenths / 10) + std::string(decimal_mark) + std::to_string(tenths % 10) + " MB";
}

}  // namespace smarttls::portal

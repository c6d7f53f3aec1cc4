// SPDX-License-Identifier: Apache-2.0
//
// What the files of Site share: a path taken apart, a session that was asked in, cookies, and small texts.
//
// Threads: plain values and pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "portal/web/site.h"

namespace smarttls::portal {

inline constexpr std::string_view kFormCookie = "__Host-form";
inline constexpr std::string_view kLanguageCookie = "__Host-lang";

/// "/p/TOKEN/send": what it is about, and the rest.
struct Site::Target {
    std::string kind;   // "p", "m", or another first part
    std::string name;   // token, or id of a message
    std::string part;   // may be empty
    std::string number; // behind "file"
};

struct Site::Opened {
    std::string secret;
    std::string path;  // "/m/ID"
    PickupSession session;
};

/// The cookie in which the session of a message is kept.
[[nodiscard]] std::string session_cookie(std::string_view message);
[[nodiscard]] std::string message_path(std::string_view message);

/// Expires with the browser; never sent along with what another site starts.
void set_cookie(Response& response, std::string_view name, std::string_view value);
void clear_cookie(Response& response, std::string_view name);

/// 303, so that a reload repeats no form. Only to paths of ours.
[[nodiscard]] Response see_other(const std::string& path);

/// "12 kB", "3,4 MB": with the language's own decimal mark.
[[nodiscard]] std::string size_text(std::uint64_t bytes, std::string_view decimal_mark);

}  // namespace smarttls::portal

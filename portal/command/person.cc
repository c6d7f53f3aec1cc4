// SPDX-License-Identifier: Apache-2.0
#include "portal/command/person.h"

#include <pwd.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>

namespace smarttls::portal {
namespace {

constexpr uid_t kNobodyLoggedIn = static_cast<uid_t>(-1);  // audit(7): not set

std::optional<uid_t> read_uid(const char* text) {
    uid_t uid = 0;
    const char* const end = text + std::strlen(text);
    const auto [stopped, error] = std::from_chars(text, end, uid);
    if (error != std::errc{} || stopped != end) return std::nullopt;
    return uid;
}

uid_t person_uid() {
    std::string text;
    if (std::ifstream("/proc/self/loginuid") >> text) {
        const auto login = read_uid(text.c_str());
        if (login && *login != kNobodyLoggedIn) return *login;
    }
    const char* const caller = std::getenv("SUDO_UID");  // NOLINT(concurrency-mt-unsafe): one thread
    if (getuid() == 0 && caller != nullptr) return read_uid(caller).value_or(0);
    return getuid();
}

}  // namespace

std::string person() {
    const uid_t uid = person_uid();
    const passwd* const found = getpwuid(uid);  // NOLINT(concurrency-mt-unsafe): one thread
    const std::string name = found != nullptr ? found->pw_name : "unknown";
    return name + " (uid " + std::to_string(uid) + ")";
}

}  // namespace smarttls::portal

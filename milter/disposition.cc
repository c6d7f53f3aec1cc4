// SPDX-License-Identifier: Apache-2.0
#include "milter/disposition.h"

#include <array>

namespace smarttls::milter {
namespace {

constexpr std::size_t kLongestText = 480;

struct Row {
    policy::ErrorKind kind;
    std::string_view enhanced;
    std::string_view text;
};

// standards.md 4.5: our own back-end down is 451 4.3.0, wrong set-up 4.3.5; nothing here is an accept.
constexpr std::array<Row, 7> kTable{{
    {policy::ErrorKind::Temporary, "4.3.0", "is not available now; please try again later"},
    {policy::ErrorKind::Permanent, "4.3.0", "gave no usable answer; please try again later"},
    {policy::ErrorKind::Malformed, "4.3.0", "gave a malformed answer; please try again later"},
    {policy::ErrorKind::Untrusted, "4.7.5", "could not be trusted; please try again later"},
    {policy::ErrorKind::Misconfigured, "4.3.5", "is not set up completely; the administrator is told"},
    {policy::ErrorKind::Corrupt, "4.3.0", "is damaged; the administrator is told"},
    {policy::ErrorKind::Bug, "4.3.0", "failed; the administrator is told"},
}};

}  // namespace

Disposition Disposition::tempfail(std::string enhanced, std::string text) {
    return {Verb::Tempfail, "451", std::move(enhanced), std::move(text)};
}

Disposition Disposition::reject(std::string_view code, std::string_view enhanced,
                                std::string text) {
    return {Verb::Reject, std::string(code), std::string(enhanced), std::move(text)};
}

Disposition disposition_of(const policy::Error& error, std::string_view part) {
    for (const Row& row : kTable) {
        if (row.kind != error.kind) continue;
        return Disposition::tempfail(std::string(row.enhanced),
                                     std::string(part) + " " + std::string(row.text));
    }
    return Disposition::tempfail("4.3.0", std::string(part) + " failed");
}

std::string printable(std::string_view text) {
    std::string result(text.substr(0, kLongestText));
    for (char& byte : result) {
        const bool plain = byte >= 0x20 && byte < 0x7f;
        if (!plain) byte = '?';
    }
    return result;
}

std::string reply_text(std::string_view text) {
    std::string result;
    for (const char byte : printable(text)) {
        if (result.size() >= kLongestText) break;
        result += byte;
        if (byte == '%') result += '%';
    }
    return result;
}

}  // namespace smarttls::milter

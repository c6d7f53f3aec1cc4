// SPDX-License-Identifier: Apache-2.0
#include "portal/command/render.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <utility>

#include "policy/text.h"
#include "policy/utf8.h"

namespace smarttls::portal {
namespace {

using policy::CodePoint;
using policy::first_code_point;

constexpr std::string_view kHex = "0123456789abcdef";

/// Steers a terminal or hides what is written (Unicode general categories Cc, Cf, Zl, Zp, as far as
/// they lie in these blocks).
bool is_control(char32_t value) {
    return value < 0x20 || (value >= 0x7f && value < 0xa0) || value == 0xad || value == 0x61c ||
           (value >= 0x200b && value < 0x2010) || (value >= 0x2028 && value < 0x202f) ||
           (value >= 0x2060 && value < 0x2070) || value == 0xfeff;
}

/// Calls `see` with each code point and its bytes.
template <class F>
void for_each_code_point(std::string_view text, F&& see) {
    while (!text.empty()) {
        const CodePoint point = first_code_point(text);
        see(point, text.substr(0, point.size));
        text.remove_prefix(point.size);
    }
}

std::string_view colour_of(Tone tone) {
    switch (tone) {
        case Tone::Strong:
            return "\x1b[1m";
        case Tone::Good:
            return "\x1b[32m";
        case Tone::Doubtful:
            return "\x1b[33m";
        case Tone::Bad:
            return "\x1b[31m";
        case Tone::Ordinary:
            break;
    }
    return {};
}

}  // namespace

std::string painted(std::string_view text, Tone tone, Style style) {
    const std::string_view colour = colour_of(tone);
    if (style == Style::Plain || colour.empty()) return std::string(text);
    return std::string(colour) + std::string(text) + "\x1b[0m";
}

std::string printable(std::string_view text) {
    std::string result;
    for_each_code_point(text, [&](CodePoint point, std::string_view bytes) {
        if (point.valid && !is_control(point.value)) {
            result += bytes;
            return;
        }
        for (const char byte : bytes) {
            const auto value = static_cast<unsigned char>(byte);
            result += {'\\', 'x', kHex[value >> 4], kHex[value & 0xf]};
        }
    });
    return result;
}

std::string safe_json(std::string_view json) {
    std::string result;
    for_each_code_point(json, [&](CodePoint point, std::string_view bytes) {
        // Everything that is_control() knows lies below U+10000: no surrogate pairs.
        if (point.valid && !is_control(point.value)) {
            result += bytes;
            return;
        }
        const char32_t value = point.valid ? point.value : 0xfffd;
        result += {'\\',
                   'u',
                   kHex[value >> 12 & 0xf],
                   kHex[value >> 8 & 0xf],
                   kHex[value >> 4 & 0xf],
                   kHex[value & 0xf]};
    });
    return result;
}

std::size_t columns(std::string_view text) {
    std::size_t count = 0;
    for_each_code_point(text, [&](CodePoint, std::string_view) { ++count; });
    return count;
}

std::string padded(std::string_view text, std::size_t width) {
    const std::size_t taken = columns(text);
    return std::string(text) + std::string(width > taken ? width - taken : 0, ' ');
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width_of_line) {
    std::string result;
    std::size_t column = indent;
    for (const std::string_view word : policy::split(text, ' ')) {
        const std::size_t width = columns(word);
        if (column > indent && column + 1 + width > width_of_line) {
            result += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (!result.empty()) {
            result += ' ';
            ++column;
        }
        result += word;
        column += width;
    }
    return result;
}

Style output_style() {
    const char* no_colour = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): nobody changes it
    const char* terminal = std::getenv("TERM");       // NOLINT(concurrency-mt-unsafe)
    const bool plain = (no_colour != nullptr && *no_colour != '\0') ||
                       (terminal != nullptr && std::string_view(terminal) == "dumb");
    return !plain && isatty(STDOUT_FILENO) == 1 ? Style::Terminal : Style::Plain;
}

std::size_t output_columns() {
    constexpr std::size_t kWithoutTerminal = 80;
    constexpr std::size_t kNarrowest = 60;
    constexpr std::size_t kWidest = 200;
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kWithoutTerminal;
    return std::clamp<std::size_t>(size.ws_col, kNarrowest, kWidest);
}

std::string span_of(std::chrono::seconds span) {
    constexpr auto kUnits = std::to_array<std::pair<long, std::string_view>>(
        {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}});
    const long total = span.count();
    for (const auto& [seconds, name] : kUnits) {
        const long count = total / seconds;
        if (count < 2 && seconds > 1) continue;
        return std::to_string(count) + " " + std::string(name) + (count == 1 ? "" : "s");
    }
    return "0 seconds";
}

std::string local_time(std::chrono::sys_seconds time) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm local{};
    localtime_r(&seconds, &local);
    std::array<char, 80> text{};
    const std::size_t size =
        std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S %Z", &local);
    return {text.data(), size};
}

}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
#include "smarttls/exposition.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace smarttls::engine {
namespace {

/// The shortest text that reads back as the same number.
std::string text_of(double value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return {digits.data(), end};
}

/// In HELP backslash and line feed, in the value of a label the quotation mark as well.
std::string escaped(std::string_view text, bool quoted) {
    std::string result;
    for (const char byte : text) {
        if (byte == '\n') {
            result += "\\n";
            continue;
        }
        if (byte == '\\' || (quoted && byte == '"')) result += '\\';
        result += byte;
    }
    return result;
}

std::string_view to_string(Exposition::Kind kind) {
    switch (kind) {
        case Exposition::Kind::Counter:
            return "counter";
        case Exposition::Kind::Gauge:
            return "gauge";
        case Exposition::Kind::Histogram:
            return "histogram";
    }
    return "untyped";
}

}  // namespace

void Histogram::observe(double seconds) {
    const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
    if (bound != kBounds.end()) ++numbers_[static_cast<std::size_t>(bound - kBounds.begin())];
    ++count_;
    sum_ += seconds;
}

std::uint64_t Histogram::at_most(std::size_t bound) const {
    const auto end = numbers_.begin() + static_cast<std::ptrdiff_t>(bound) + 1;
    return std::accumulate(numbers_.begin(), end, std::uint64_t{0});
}

void Exposition::family(std::string_view name, Kind kind, std::string_view help) {
    name_ = name;
    text_ += "# HELP " + name_ + ' ' + escaped(help, false) + "\n# TYPE " + name_ + ' ';
    text_ += to_string(kind);
    text_ += '\n';
}

void Exposition::sample(Labels labels, std::uint64_t value) {
    line("", labels, std::to_string(value));
}

void Exposition::sample(Labels labels, double value) {
    line("", labels, text_of(value));
}

void Exposition::samples(const Histogram& histogram) {
    for (std::size_t bound = 0; bound < Histogram::kBounds.size(); ++bound) {
        line("_bucket", {{"le", text_of(Histogram::kBounds[bound])}},
             std::to_string(histogram.at_most(bound)));
    }
    line("_bucket", {{"le", "+Inf"}}, std::to_string(histogram.count()));
    line("_sum", {}, text_of(histogram.sum()));
    line("_count", {}, std::to_string(histogram.count()));
}

void Exposition::line(std::string_view suffix, Labels labels, std::string_view value) {
    text_ += name_;
    text_ += suffix;
    char separator = '{';
    for (const auto& [name, content] : labels) {
        text_ += separator;
        text_ += std::string(name) + "=\"" + escaped(content, true) + '"';
        separator = ',';
    }
    if (labels.size() != 0) text_ += '}';
    text_ += ' ';
    text_ += value;
    text_ += '\n';
}

}  // namespace smarttls::engine

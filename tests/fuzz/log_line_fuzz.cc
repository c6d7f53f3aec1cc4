// SPDX-License-Identifier: Apache-2.0
//
// A queue id and values from outside, separated by zero bytes, in one line of the log.
#include "policy/log_line.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {
namespace {

constexpr std::size_t kKeptWhole = 1000;  // bytes of a value; longer ones are cut

unsigned digit_of(char hex) {
    return static_cast<unsigned>(hex >= 'a' ? hex - 'a' + 10 : hex - '0');
}

/// What stands behind an opening quote, up to the closing one; both are taken off the line.
std::string unquoted(std::string_view& line) {
    std::string value;
    line.remove_prefix(1);
    for (; !line.empty() && line.front() != '"'; line.remove_prefix(1)) {
        if (line.front() != '\\') {
            value += line.front();
        } else if (line.at(1) == 'x') {
            value += static_cast<char>(digit_of(line.at(2)) << 4 | digit_of(line.at(3)));
            line.remove_prefix(3);
        } else {
            line.remove_prefix(1);
            value += line.front();
        }
    }
    require(!line.empty(), "a quote is closed");
    line.remove_prefix(1);
    return value;
}

/// A value as whoever reads the log understands it, taken off the line.
std::string read_value(std::string_view& line, std::string_view end) {
    if (line.starts_with('"')) return unquoted(line);
    const std::size_t size = end.empty() ? line.size() : std::min(line.find(end), line.size());
    std::string value(line.substr(0, size));
    line.remove_prefix(size);
    return value;
}

void expect(std::string_view& line, std::string_view literal) {
    require(line.starts_with(literal), "fields stand where they were put");
    line.remove_prefix(literal.size());
}

bool stands_for(std::string_view read, std::string_view value) {
    if (value.size() <= kKeptWhole) return read == value;
    return read == std::string(value.substr(0, kKeptWhole)) + "...";
}

}  // namespace

void judge(std::string_view input) {
    const std::vector<std::string> values = texts_of(input);
    policy::LogLine written(values.front());
    for (std::size_t i = 1; i < values.size(); ++i) written.add("key", values[i]);
    require(is_printable(written.str()), "a line of the log is one printable line");

    std::string_view line = written.str();
    const std::string id = read_value(line, values.size() > 1 ? ": key=" : "");
    if (values.size() == 1) return;
    require(stands_for(id, values.front().empty() ? "NOQUEUE" : values.front()), "the id is kept");
    expect(line, ":");
    for (std::size_t i = 1; i < values.size(); ++i) {
        expect(line, " key=");
        require(stands_for(read_value(line, " "), values[i]), "a value is kept");
    }
    require(line.empty(), "no value forges a field");
}

}  // namespace smarttls::fuzz

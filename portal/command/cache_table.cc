// SPDX-License-Identifier: Apache-2.0
#include "portal/command/cache_table.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <tuple>
#include <vector>

#include "policy/text.h"

namespace smarttls::portal {
namespace {

namespace json = boost::json;
using std::chrono::sys_seconds;

constexpr std::string_view kUnreadable = "The engine's answer is not readable.\n";

std::string text_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || !value->is_string()) return {};
    return printable({value->get_string().data(), value->get_string().size()});
}

std::string names_at(const json::object& object, std::string_view key) {
    std::vector<std::string> names;
    const json::value* value = object.if_contains(key);
    if (value == nullptr || !value->is_array()) return {};
    for (const json::value& name : value->get_array()) {
        if (name.is_string()) names.emplace_back(name.get_string());
    }
    return printable(policy::join(names, ", "));
}

std::optional<sys_seconds> time_at(const json::object& object, std::string_view key) {
    std::tm parts{};
    const std::string text = text_at(object, key);
    const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    return sys_seconds(std::chrono::seconds(timegm(&parts)));
}

/// "45 s", "12 min", "3 h", "9 d": one unit is enough for a person.
std::string span(std::chrono::seconds duration) {
    const std::int64_t count = std::abs(duration.count());
    if (count < 120) return std::to_string(count) + " s";
    if (count < 7200) return std::to_string(count / 60) + " min";
    if (count < 172'800) return std::to_string(count / 3600) + " h";
    return std::to_string(count / 86'400) + " d";
}

std::string age(const json::object& entry, std::string_view key, sys_seconds now) {
    const auto time = time_at(entry, key);
    return time ? span(now - *time) : "";
}

/// "in 12 min", or for how long it has been over.
std::string end_of(const json::object& entry, sys_seconds now) {
    const auto time = time_at(entry, "expires");
    if (!time) return {};
    return *time > now ? "in " + span(*time - now) : span(now - *time) + " ago";
}

std::string amount(const json::object& object, std::string_view key) {
    const json::object* part = nullptr;
    if (const json::value* value = object.if_contains(key)) part = value->if_object();
    if (part == nullptr || !part->contains("entries") || !part->contains("bytes")) return {};
    const auto mebibytes = part->at("bytes").to_number<double>() / (1024 * 1024);
    std::array<char, 32> size{};
    static_cast<void>(std::snprintf(size.data(), size.size(), "%.1f", mebibytes));
    return json::serialize(part->at("entries")) + " in " + std::string(key) + " (" + size.data() +
           " MiB)";
}

using Row = std::array<std::string, 7>;

Row row_of(const json::object& entry, sys_seconds now) {
    return {text_at(entry, "domain"), text_at(entry, "level"),     text_at(entry, "grade"),
            age(entry, "checked", now), end_of(entry, now), text_at(entry, "best_seen"),
            entry.contains("stale") ? "stale" : text_at(entry, "in")};
}

std::string aligned(const std::vector<Row>& rows, Style style) {
    std::array<std::size_t, std::tuple_size_v<Row>> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], columns(row[i]));
        }
    }
    std::string text;
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i + 1 < row.size(); ++i) line += padded(row[i], widths[i] + 2);
        line += row.back();
        text += &row == &rows.front() ? painted(line, Tone::Strong, style) + "\n" : line + "\n";
    }
    return text;
}

std::string line(std::string_view label, const std::string& value) {
    return value.empty() ? "" : "  " + padded(label, 11) + value + "\n";
}

std::string moment(const json::object& entry, std::string_view key, const std::string& remark) {
    const auto time = time_at(entry, key);
    return time ? local_time(*time) + " (" + remark + ")" : "";
}

std::optional<json::object> parse(std::string_view text) {
    json::error_code error;
    json::value value = json::parse({text.data(), text.size()}, error);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

}  // namespace

std::string cache_table(std::string_view text, sys_seconds now, Style style) {
    const auto object = parse(text);
    const json::value* entries = object ? object->if_contains("entries") : nullptr;
    if (entries == nullptr || !entries->is_array()) return std::string(kUnreadable);
    std::vector<Row> rows{{"DOMAIN", "LEVEL", "GRADE", "AGE", "EXPIRES", "BEST SEEN", "WHERE"}};
    for (const json::value& entry : entries->get_array()) {
        if (entry.is_object()) rows.push_back(row_of(entry.get_object(), now));
    }
    const std::string file = amount(*object, "file");
    std::string lines = amount(*object, "memory") + (file.empty() ? "" : ", " + file) + "\n";
    return rows.size() == 1 ? lines : lines + "\n" + aligned(rows, style);
}

std::string cache_entry_lines(std::string_view text, sys_seconds now, Style style) {
    const auto entry = parse(text);
    if (!entry) return std::string(kUnreadable);
    std::string lines = painted(text_at(*entry, "domain"), Tone::Strong, style) + ": " +
                        text_at(*entry, "level") + ", grade " + text_at(*entry, "grade") + "\n";
    lines += line("Checked", moment(*entry, "checked", age(*entry, "checked", now) + " ago"));
    lines += line("Expires", moment(*entry, "expires", end_of(*entry, now)));
    lines += line("Used", moment(*entry, "used", age(*entry, "used", now) + " ago"));
    lines += line("Best seen", moment(*entry, "best_seen_at", text_at(*entry, "best_seen")));
    lines += line("Reasons", names_at(*entry, "reasons"));
    if (const json::value* failed = entry->if_contains("failed"); failed && failed->is_object()) {
        const json::object& failure = failed->get_object();
        const std::string state = entry->contains("stale") ? "served stale: " : "";
        lines += line("Renewal", state + "failed: " + names_at(failure, "reasons"));
    }
    return lines + line("Kept in", text_at(*entry, "in"));
}

}  // namespace smarttls::portal

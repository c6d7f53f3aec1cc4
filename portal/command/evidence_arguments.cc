// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_arguments.h"

#include <boost/program_options.hpp>
#include <charconv>
#include <ctime>
#include <limits>
#include <optional>

#include "policy/text.h"

namespace smarttls::portal {
namespace {

namespace options = boost::program_options;
using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::quote;
using policy::Result;
using store::EvidenceTime;

constexpr std::int64_t kGreatestLimit = 1'000'000;

/// The library's exceptions end here.
Result<options::variables_map> parse(const std::vector<std::string>& arguments,
                                     const options::options_description& known,
                                     const options::positional_options_description& positional) {
    namespace style = options::command_line_style;
    // No abbreviations: an option that comes later must not change what a script says today.
    constexpr int kStyle = style::unix_style & ~style::allow_guessing;
    try {
        options::variables_map values;
        options::store(options::command_line_parser(arguments)
                           .options(known)
                           .positional(positional)
                           .style(kStyle)
                           .run(),
                       values);
        options::notify(values);
        return values;
    } catch (const options::error& error) {
        return fail(ErrorKind::Malformed, error.what());
    }
}

/// A number of `digits` digits at the front, which is removed.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    for (const char byte : text.substr(0, digits)) {
        if (!policy::is_digit(byte)) return std::nullopt;
        value = value * 10 + (byte - '0');
    }
    text.remove_prefix(digits);
    return value;
}

/// ":08" at the front, which is removed.
std::optional<int> take_after(std::string_view& text, char separator) {
    if (!text.starts_with(separator)) return std::nullopt;
    text.remove_prefix(1);
    return take_number(text, 2);
}

std::optional<std::tm> parse_clock(std::string_view text, std::tm day) {
    if (text.empty()) return day;
    const auto hour = take_after(text, 'T');
    const auto minute = take_after(text, ':');
    const auto second = text.empty() ? std::optional(0) : take_after(text, ':');
    if (!hour || !minute || !second || !text.empty()) return std::nullopt;
    if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    day.tm_hour = *hour;
    day.tm_min = *minute;
    day.tm_sec = *second;
    return day;
}

std::optional<EvidenceTime> parse_date(std::string_view text) {
    const auto year = take_number(text, 4);
    const auto month = take_after(text, '-');
    const auto day = take_after(text, '-');
    if (!year || !month || !day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    std::tm start{};
    start.tm_year = *year - 1900;
    start.tm_mon = *month - 1;
    start.tm_mday = *day;
    start.tm_isdst = -1;  // let the zone's rules say
    auto local = parse_clock(text, start);
    if (!local) return std::nullopt;
    return EvidenceTime(std::chrono::seconds(std::mktime(&*local)));
}

std::optional<std::chrono::minutes> unit_of(char letter) {
    switch (letter) {
        case 'm':
            return std::chrono::minutes(1);
        case 'h':
            return std::chrono::hours(1);
        case 'd':
            return std::chrono::days(1);
        default:
            return std::nullopt;
    }
}

std::optional<EvidenceTime> parse_ago(std::string_view text, EvidenceTime now) {
    if (text.size() < 3) return std::nullopt;
    const auto unit = unit_of(text.back());
    const std::string_view number = text.substr(1, text.size() - 2);
    std::uint32_t count = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), count);
    if (!unit || error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
    return now - count * std::chrono::milliseconds(*unit);
}

std::string text_of(const options::variables_map& values, const char* name) {
    return values.count(name) == 0 ? std::string() : values[name].as<std::string>();
}

/// The value of an option that is left out or has to say something: `--domain "$d"` with an empty
/// variable must not find everything.
Result<void> refuse_empty(const options::variables_map& values) {
    for (const auto& [name, value] : values) {
        const auto* text = boost::any_cast<std::string>(&value.value());
        if (text != nullptr && text->empty()) {
            return fail(ErrorKind::Malformed, "the value of --" + name + " is empty");
        }
    }
    return policy::ok();
}

Result<std::optional<EvidenceTime>> time_of(const options::variables_map& values, const char* name,
                                            EvidenceTime now) {
    if (values.count(name) == 0) return std::optional<EvidenceTime>{};
    const auto time = parse_time(values[name].as<std::string>(), now);
    if (!time) return because(time, "--" + std::string(name));
    return std::optional(*time);
}

/// `name`: of the option. From 1.
Result<std::int64_t> number_of(const std::string& text, std::string_view name, std::int64_t greatest) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size() && number > 0 && number <= greatest) return number;
    return fail(ErrorKind::Malformed, "--" + std::string(name) + ": " + quote(text) + " is not a number from 1 to " +
                                          std::to_string(greatest));
}

options::options_description search_options() {
    options::options_description known;
    auto add = known.add_options();
    for (const char* name :
         {"since", "until", "class", "domain", "address", "queue-id", "outcome", "event", "limit", "before"}) {
        add(name, options::value<std::string>());
    }
    add("json", options::bool_switch())("help", options::bool_switch());
    return known;
}

}  // namespace

Result<EvidenceTime> parse_time(std::string_view text, EvidenceTime now) {
    const auto time = text.starts_with('-') ? parse_ago(text, now) : parse_date(text);
    if (time) return *time;
    return fail(ErrorKind::Malformed,
                quote(text) + " is not a time such as 2026-11-23, 2026-11-23T08:00, -2h or -7d");
}

Result<ShowArguments> parse_show(const std::vector<std::string>& arguments) {
    options::options_description known;
    known.add_options()("queue-id", options::value<std::string>())("json", options::bool_switch())(
        "help", options::bool_switch());
    options::positional_options_description positional;
    positional.add("queue-id", 1);
    const auto values = parse(arguments, known, positional);
    if (!values) return because(values, "evidence show");
    const ShowArguments show{text_of(*values, "queue-id"), values->at("json").as<bool>(),
                             values->at("help").as<bool>()};
    if (show.queue_id.empty() && !show.help) {
        return fail(ErrorKind::Malformed, "evidence show: the queue id is missing");
    }
    return show;
}

Result<SearchArguments> parse_search(const std::vector<std::string>& arguments, EvidenceTime now) {
    const std::string context = "evidence search";
    const auto values = parse(arguments, search_options(), {});
    if (!values) return because(values, context);
    if (auto said = refuse_empty(*values); !said) return because(said, context);
    const auto since = time_of(*values, "since", now);
    if (!since) return because(since, context);
    const auto until = time_of(*values, "until", now);
    if (!until) return because(until, context);
    SearchArguments search;
    if (values->count("limit") != 0) {
        const auto limit = number_of(text_of(*values, "limit"), "limit", kGreatestLimit);
        if (!limit) return because(limit, context);
        search.limit = static_cast<std::size_t>(*limit);
    }
    if (values->count("before") != 0) {
        const auto before = number_of(text_of(*values, "before"), "before", std::numeric_limits<std::int64_t>::max());
        if (!before) return because(before, context);
        search.before = *before;
    }
    search.query = {*since,
                    *until,
                    text_of(*values, "class"),
                    text_of(*values, "domain"),
                    text_of(*values, "address"),
                    text_of(*values, "queue-id"),
                    text_of(*values, "outcome"),
                    text_of(*values, "event")};
    if (search.query.domain.ends_with('.')) search.query.domain.pop_back();  // the root's dot
    search.json = values->at("json").as<bool>();
    search.help = values->at("help").as<bool>();
    return search;
}

}  // namespace smarttls::portal

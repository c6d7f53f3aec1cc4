// SPDX-License-Identifier: Apache-2.0
#include "smarttls/nta7516.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "policy/result.h"
#include "policy/text.h"

namespace smarttls::engine {
namespace {

using policy::ErrorKind;
using policy::Result;
using std::chrono::year_month;

constexpr std::string_view kVersion = "v=NTA7516-1";
constexpr std::size_t kLongestProvider = 100;
constexpr std::size_t kMostHosts = 10;

auto wrong(std::string what) {
    return policy::fail(ErrorKind::Malformed, std::move(what));
}

template <class Number>
std::optional<Number> number_of(std::string_view digits) {
    Number number{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return number;
}

bool is_record(std::string_view text) {
    return policy::trim(policy::split(text, ';').front()) == kVersion;
}

/// YYYY-MM.
Result<year_month> read_month(std::string_view text) {
    const bool shaped = text.size() == 7 && text[4] == '-';
    const unsigned year = shaped ? number_of<unsigned>(text.substr(0, 4)).value_or(0) : 0;
    const unsigned month = shaped ? number_of<unsigned>(text.substr(5)).value_or(0) : 0;
    const bool digits = std::all_of(text.begin(), text.end(),
                                    [](char b) { return policy::is_digit(b) || b == '-'; });
    if (!digits || year < 1 || month < 1 || month > 12) {
        return wrong(policy::quote(text) + " is no month like 2026-01");
    }
    return std::chrono::year(static_cast<int>(year)) / std::chrono::month(month);
}

/// "10 mx.example.nl".
Result<NtaHost> read_host(std::string_view text) {
    const std::size_t blank = text.find(' ');
    const auto preference = number_of<std::uint16_t>(text.substr(0, blank));
    if (!preference || blank == std::string_view::npos) {
        return wrong("ntamx: " + policy::quote(text) + " is no preference and host");
    }
    std::string_view name = policy::trim(text.substr(blank));
    if (name.ends_with('.')) name.remove_suffix(1);
    auto host = policy::DomainName::parse(name);
    if (!host) return because(host, "ntamx");
    return NtaHost{*preference, *std::move(host)};
}

/// Reads the fields of one record.
class Reader {
  public:
    Result<void> field(std::string_view text) {
        if (text.empty()) return policy::ok();  // behind a last semicolon
        // One vendor's manual writes "ntamx:"; everything else has "=".
        const bool colon = text.starts_with("ntamx:");
        const std::size_t mark = colon ? text.find(':') : text.find('=');
        if (mark == std::string_view::npos) return wrong(policy::quote(text) + " is no field");
        const std::string_view key = policy::trim(text.substr(0, mark));
        const std::string_view value = policy::trim(text.substr(mark + 1));
        if (key == "startdate") return once(start_, key, read_month(value));
        if (key == "enddate") return once(end_, key, read_month(value));
        if (key == "provider") return once(provider_, key, read_provider(value));
        if (key == "ntamx") return add_host(value);
        return policy::ok();  // of a later version
    }

    Result<NtaRecord> finish() {
        if (!start_) return wrong("startdate is missing");
        if (!end_) return wrong("enddate is missing");
        if (!provider_) return wrong("provider is missing");
        if (*end_ < *start_) return wrong("enddate is before startdate");
        std::stable_sort(hosts_.begin(), hosts_.end(), [](const NtaHost& a, const NtaHost& b) {
            return a.preference < b.preference;
        });
        return NtaRecord{*std::move(provider_), *start_, *end_, std::move(hosts_)};
    }

  private:
    template <class T>
    static Result<void> once(std::optional<T>& field, std::string_view key, Result<T> value) {
        if (!value) return because(value, key);
        if (field) return wrong(policy::quote(key) + " is given a second time");
        field = *std::move(value);
        return policy::ok();
    }

    static Result<std::string> read_provider(std::string_view text) {
        const bool printable =
            std::all_of(text.begin(), text.end(), [](char b) { return b >= ' ' && b < 0x7f; });
        if (text.empty() || text.size() > kLongestProvider || !printable) {
            return wrong(policy::quote(text) + " is no name");
        }
        return std::string(text);
    }

    Result<void> add_host(std::string_view text) {
        if (hosts_.size() == kMostHosts) return wrong("more than 10 ntamx hosts");
        auto host = read_host(text);
        if (!host) return tl::unexpected(host.error());
        hosts_.push_back(*std::move(host));
        return policy::ok();
    }

    std::optional<year_month> start_;
    std::optional<year_month> end_;
    std::optional<std::string> provider_;
    std::vector<NtaHost> hosts_;
};

Result<NtaRecord> read_record(std::string_view text) {
    Reader reader;
    const auto fields = policy::split(text, ';');
    for (auto field = fields.begin() + 1; field != fields.end(); ++field) {
        if (auto read = reader.field(policy::trim(*field)); !read) {
            return tl::unexpected(read.error());
        }
    }
    return reader.finish();
}

NtaState state_on(const NtaRecord& record, std::chrono::year_month_day today) {
    const year_month month = today.year() / today.month();
    if (month < record.start) return NtaState::NotYet;
    return month > record.end ? NtaState::Expired : NtaState::Valid;
}

}  // namespace

std::chrono::year_month_day day_in_amsterdam(std::chrono::sys_seconds moment) {
    using namespace std::chrono;
    const year year = year_month_day(floor<days>(moment)).year();
    const sys_seconds begin = sys_days(year / March / Sunday[last]) + 1h;
    const sys_seconds end = sys_days(year / October / Sunday[last]) + 1h;
    const bool summer = moment >= begin && moment < end;
    return year_month_day(floor<days>(moment + (summer ? 2h : 1h)));
}

NtaFinding find_nta7516(const std::vector<std::string>& texts, std::chrono::year_month_day today) {
    NtaFinding finding;
    const auto count = std::count_if(texts.begin(), texts.end(), is_record);
    if (count == 0) return finding;
    if (count > 1) {
        finding.state = NtaState::Several;
        return finding;
    }
    auto record = read_record(*std::find_if(texts.begin(), texts.end(), is_record));
    if (!record) {
        finding.state = NtaState::Malformed;
        finding.mistake = record.error().what;
        return finding;
    }
    finding.state = state_on(*record, today);
    finding.record = *std::move(record);
    return finding;
}

}  // namespace smarttls::engine

// SPDX-License-Identifier: Apache-2.0
#include "policy/profile.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

#include "policy/text.h"

namespace smarttls::policy {
namespace {

using Part = Profile::Part;

constexpr std::string_view kRsaBits = "rsa-bits";
constexpr int kFewestBits = 512;
constexpr int kMostBits = 65536;

struct PartName {
    std::string_view name;
    Part part;
};
constexpr auto kParts = std::to_array<PartName>({
    {"protocol", Part::Protocol},
    {"suite", Part::Suite},
    {"group", Part::Group},
    {"curve", Part::Curve},
    {"eddsa", Part::Eddsa},
    {"hash", Part::Hash},
});
constexpr auto kGrades =
    std::to_array<Grade>({Grade::Good, Grade::Sufficient, Grade::PhaseOut, Grade::Insufficient});

auto wrong(std::string what) {
    return fail(ErrorKind::Misconfigured, std::move(what));
}

std::vector<std::string> words_of(std::string_view text) {
    std::istringstream stream{std::string(text)};
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

std::optional<int> bits_of(std::string_view text) {
    int bits = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || bits < kFewestBits || bits > kMostBits) return std::nullopt;
    return bits;
}

Result<void> unknown_key(std::string_view key) {
    std::vector<std::string> known{"title"};
    for (const Grade grade : kGrades) {
        const std::string suffix = "." + std::string(to_string(grade));
        known.push_back(std::string(kRsaBits) + suffix);
        for (const PartName& part : kParts) known.push_back(std::string(part.name) + suffix);
    }
    const std::string_view near =
        nearest(key, std::vector<std::string_view>(known.begin(), known.end()));
    return wrong("unknown key " + quote(key) +
                 (near.empty() ? "" : "; did you mean " + quote(near) + "?"));
}

}  // namespace

/// Reads one file and gathers the mistakes.
class ProfileParser {
  public:
    explicit ProfileParser(std::string_view file) : file_(file) {}

    void read(std::string_view text) {
        for (const std::string_view line : split(text, '\n')) {
            ++number_;
            note(read_line(trim(line)));
        }
    }

    Result<Profile> finish() {
        number_ = 0;
        if (mistakes_.empty()) note(check_whole());
        if (!mistakes_.empty()) return fail(ErrorKind::Misconfigured, mistakes_);
        return std::move(profile_);
    }

  private:
    void note(const Result<void>& result) {
        if (result) return;
        if (!mistakes_.empty()) mistakes_ += '\n';
        mistakes_ +=
            file_ + (number_ > 0 ? ":" + std::to_string(number_) : "") + ": " + result.error().what;
    }

    Result<void> read_line(std::string_view line) {
        if (line.empty() || line.front() == '#' || line.front() == ';') return ok();
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) return wrong(quote(line) + " is no \"key = value\"");
        return set(trim(line.substr(0, equals)), trim(line.substr(equals + 1)));
    }

    Result<void> set(std::string_view key, std::string_view value) {
        if (value.empty()) return wrong(quote(key) + " has no value");
        if (key == "title") return set_title(value);
        const std::size_t dot = key.find('.');
        if (dot == std::string_view::npos) return unknown_key(key);
        const auto grade = parse_grade(key.substr(dot + 1));
        if (!grade || *grade == Grade::None) return unknown_key(key);
        const std::string_view name = key.substr(0, dot);
        if (name == kRsaBits) return set_rsa_bits(*grade, value);
        const auto* const part = std::find_if(
            kParts.begin(), kParts.end(), [&](const auto& known) { return known.name == name; });
        return part == kParts.end() ? unknown_key(key) : list(part->part, *grade, value);
    }

    /// It stands in SMTP replies and JSON: printable ASCII.
    Result<void> set_title(std::string_view text) {
        constexpr std::size_t kLongestTitle = 60;
        const bool plain = std::all_of(text.begin(), text.end(),
                                       [](char byte) { return byte >= ' ' && byte < 0x7f; });
        if (!plain || text.size() > kLongestTitle) {
            return wrong("title: " + quote(text) + " is no text of at most 60 ASCII characters");
        }
        if (!profile_.title_.empty()) return wrong("title is set a second time");
        profile_.title_ = text;
        return ok();
    }

    Result<void> set_rsa_bits(Grade grade, std::string_view value) {
        const auto bits = bits_of(value);
        if (!bits) return wrong(quote(value) + " is no number of bits from 512 to 65536");
        if (!profile_.rsa_bits_.emplace(grade, *bits).second) {
            return wrong("this size is set a second time");
        }
        return ok();
    }

    Result<void> list(Part part, Grade grade, std::string_view value) {
        auto& graded = profile_.lists_[static_cast<std::size_t>(part)];
        for (const std::string& name : words_of(value)) {
            if (!graded.emplace(name, grade).second) {
                return wrong(quote(name) + " is listed a second time");
            }
        }
        return ok();
    }

    /// What no single line can show. A profile without any protocol, suite or key would call the
    /// whole world insufficient, which nobody means.
    Result<void> check_whole() const {
        if (profile_.title_.empty()) return wrong("title is missing");
        for (const Part part : {Part::Protocol, Part::Suite, Part::Group, Part::Hash}) {
            if (!profile_.names(part).empty()) continue;
            return wrong("no " + std::string(kParts[static_cast<std::size_t>(part)].name) +
                         " is listed");
        }
        int smaller = 0;
        for (const auto& [grade, bits] : profile_.rsa_bits_) {
            if (bits < smaller) return wrong("a better grade asks for fewer rsa-bits");
            smaller = bits;
        }
        return ok();
    }

    std::string file_;
    int number_ = 0;  // 0: the whole file
    Profile profile_;
    std::string mistakes_;
};

Result<Profile> Profile::parse(std::string_view file, std::string_view text) {
    ProfileParser parser(file);
    parser.read(text);
    return parser.finish();
}

Grade Profile::grade(Part part, std::string_view name) const {
    const auto& graded = lists_[static_cast<std::size_t>(part)];
    const auto found = graded.find(name);
    return found == graded.end() ? Grade::Insufficient : found->second;
}

Grade Profile::grade_rsa(int bits) const {
    Grade best = Grade::Insufficient;
    for (const auto& [grade, least] : rsa_bits_) {
        if (bits >= least) best = std::max(best, grade);
    }
    return best;
}

std::vector<std::string> Profile::names(Part part) const {
    std::vector<std::string> all;
    for (const auto& [name, grade] : lists_[static_cast<std::size_t>(part)]) all.push_back(name);
    return all;
}

}  // namespace smarttls::policy

// SPDX-License-Identifier: Apache-2.0
//
// The parser walks each file line by line, so that every error has its line; Boost.Program_options
// holds the options of a section and stores and converts their values.
#include "policy/config.h"

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <set>
#include <sstream>

#include "policy/options.h"
#include "policy/text.h"

namespace smarttls::policy {
namespace {

namespace po = boost::program_options;

/// A section as Program_options sees it: its options, bound to one target.
template <class Target>
class Section {
  public:
    Section(std::span<const Option<Target>> table, std::string_view name, Target& target)
        : target_(&target) {
        for (const Option<Target>& option : table) {
            if (option.section != name) continue;
            options_.push_back(&option);
            described_.add_options()(std::string(option.key).c_str(), po::value<std::string>(),
                                     std::string(option.sentence).c_str());
        }
    }

    Result<void> set_defaults() {
        for (const Option<Target>* option : options_) {
            if (option->fallback.empty()) continue;
            if (auto set = assign(*option, option->fallback); !set) {
                return because(set, "default of " + std::string(option->key));
            }
        }
        return ok();
    }

    /// `first_here`: no earlier line of the same file set the key.
    Result<void> set(std::string_view key, std::string_view value, bool first_here) {
        const Option<Target>* option = find(key);
        if (option == nullptr) return unknown(key);
        if (!first_here && option->repeat == Repeat::No) {
            return fail(ErrorKind::Misconfigured, quote(key) + " is set a second time");
        }
        if (first_here && option->clear != nullptr) option->clear(*target_);
        if (value.empty() && option->fallback.empty()) return ok();
        po::parsed_options parsed(&described_);
        parsed.options.emplace_back(std::string(key),
                                    std::vector<std::string>{std::string(value)});
        po::variables_map values;
        po::store(parsed, values);
        auto assigned = assign(*option, values[std::string(key)].template as<std::string>());
        if (!assigned) return because(assigned, key);
        return assigned;
    }

  private:
    [[nodiscard]] const Option<Target>* find(std::string_view key) const {
        const auto found = std::find_if(options_.begin(), options_.end(),
                                        [&](const auto* option) { return option->key == key; });
        return found == options_.end() ? nullptr : *found;
    }

    Result<void> unknown(std::string_view key) const {
        std::vector<std::string_view> keys;
        for (const auto* option : options_) keys.push_back(option->key);
        std::string what = "unknown key " + quote(key);
        const std::string_view near = nearest(key, keys);
        if (!near.empty()) what += "; did you mean \"" + std::string(near) + "\"?";
        return fail(ErrorKind::Misconfigured, what);
    }

    Result<void> assign(const Option<Target>& option, std::string_view value) {
        if (option.repeat != Repeat::Words) return option.set(*target_, value);
        std::istringstream words{std::string(value)};
        for (std::string word; words >> word;) {
            if (auto set = option.set(*target_, word); !set) return set;
        }
        return ok();
    }

    Target* target_;
    std::vector<const Option<Target>*> options_;
    po::options_description described_;
};

constexpr std::array<std::string_view, 8> kSections{"engine", "milter", "store", "events", "delivery-log", "portal",
                                                   "sms", "exceptions"};

/// RFC 5322 atoms would do; classes also stand in log lines and headers, so letters, digits, hyphens.
bool is_class_name(std::string_view name) {
    return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char b) {
        return (b >= 'a' && b <= 'z') || is_digit(b) || b == '-';
    });
}

/// Reads all files into one Config and gathers the mistakes.
class Parser {
  public:
    Parser() {
        for (const std::string_view section : kSections) {
            Section<Config> target(options(), section, config_);
            note(target.set_defaults());
        }
    }

    void read(const ConfigText& file) {
        section_.clear();
        seen_.clear();
        std::istringstream lines(file.text);
        int number = 0;
        for (std::string line; std::getline(lines, line);) {
            where_ = file.file + ":" + std::to_string(++number) + ": ";
            note(read_line(trim(line)));
        }
    }

    Result<Config> finish() {
        where_.clear();
        note(check_bounds());
        note(check_resolvers());
        note(check_marks());
        if (mistakes_.empty() && config_.classes.empty()) {
            mistakes_ = "no class is configured: add a section such as [class.nta7516]";
        }
        if (!mistakes_.empty()) return fail(ErrorKind::Misconfigured, mistakes_);
        return std::move(config_);
    }

  private:
    void note(const Result<void>& result) {
        if (result) return;
        if (!mistakes_.empty()) mistakes_ += '\n';
        mistakes_ += where_ + result.error().what;
    }

    /// What no single line can show.
    Result<void> check_bounds() const {
        if (config_.engine.min_ttl <= config_.engine.max_ttl) return ok();
        return fail(ErrorKind::Misconfigured, "[engine]: min-ttl is longer than max-ttl");
    }

    /// RFC 7672 §2.1.1: whoever silences the resolver that is trusted would make every signed domain
    /// an unsigned one, if the next resolver's word on signatures did not count.
    Result<void> check_resolvers() const {
        const EngineSettings& engine = config_.engine;
        const Endpoint* trusted = nullptr;
        const Endpoint* other = nullptr;
        for (const Endpoint& resolver : engine.resolvers) {
            (contains(engine.trust_ad, resolver.address) ? trusted : other) = &resolver;
        }
        if (trusted == nullptr || other == nullptr) return ok();
        return fail(ErrorKind::Misconfigured,
                    "[engine]: trust-ad covers resolver " + trusted->str() + " but not resolver " +
                        other->str() + ": signed domains would count as unsigned whenever the first "
                        "is silent; let trust-ad cover all resolvers, or none");
    }

    /// A label counts for the tenants that are named; and each control header says one thing.
    Result<void> check_marks() const {
        for (const MailClass& one : config_.classes) {
            if (one.triggers.labels.empty() || !one.triggers.tenants.empty()) continue;
            return fail(ErrorKind::Misconfigured, "[class." + one.name + "]: msip-label needs msip-tenant: labels of other "
                                                  "organisations say nothing about this one's mail");
        }
        const MilterSettings& milter = config_.milter;
        const bool differ = !equal_ignoring_case(milter.control_header, milter.phone_header) &&
                            !equal_ignoring_case(milter.control_header, milter.code_header) &&
                            !equal_ignoring_case(milter.phone_header, milter.code_header);
        if (differ) return ok();
        return fail(ErrorKind::Misconfigured, "[milter]: control-header, phone-header and code-header must differ");
    }

    Result<void> read_line(std::string_view line) {
        if (line.empty() || line.front() == '#' || line.front() == ';') return ok();
        if (line.front() == '[') return open_section(line);
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) {
            return fail(ErrorKind::Misconfigured,
                        quote(line) + " is neither \"key = value\" nor a [section]");
        }
        return set(trim(line.substr(0, equals)), trim(line.substr(equals + 1)));
    }

    Result<void> open_section(std::string_view line) {
        section_.clear();
        if (line.back() != ']') return fail(ErrorKind::Misconfigured, "the section has no \"]\"");
        const std::string name(trim(line.substr(1, line.size() - 2)));
        const bool known = std::find(kSections.begin(), kSections.end(), name) != kSections.end();
        if (known || name.starts_with(kClassPrefix)) {
            section_ = name;
            return known ? ok() : open_class(name.substr(kClassPrefix.size()));
        }
        std::vector<std::string_view> names(kSections.begin(), kSections.end());
        const std::string class_section = class_section_like(name);
        names.push_back(class_section);
        const std::string_view near = nearest(name, names);
        return fail(ErrorKind::Misconfigured,
                    "unknown section " + quote(name) +
                        (near.empty() ? "" : "; did you mean [" + std::string(near) + "]?"));
    }

    /// "clas.gdpr" may mean class.gdpr. What is no name of a class is not suggested: it would stand in
    /// the message byte for byte.
    static std::string class_section_like(std::string_view section) {
        const std::size_t dot = section.find('.');
        const std::string_view name = dot == std::string_view::npos ? "" : section.substr(dot + 1);
        return std::string(kClassPrefix).append(is_class_name(name) ? name : "NAME");
    }

    Result<void> open_class(const std::string& name) {
        if (!is_class_name(name)) {
            section_.clear();
            return fail(ErrorKind::Misconfigured,
                        quote(name) + " is no class name: 1 to 32 of a-z, 0-9 and hyphen");
        }
        if (config_.find_class(name) != nullptr) return ok();
        config_.classes.emplace_back().name = name;
        return Section<MailClass>(class_options(), "class", config_.classes.back()).set_defaults();
    }

    Result<void> set(std::string_view key, std::string_view value) {
        if (section_.empty()) {
            return fail(ErrorKind::Misconfigured, quote(key) + " stands outside a known section");
        }
        const bool first = seen_.insert(section_ + "\n" + std::string(key)).second;
        Result<void> done;
        if (section_.starts_with(kClassPrefix)) {
            const std::string name = section_.substr(kClassPrefix.size());
            const auto target = std::find_if(config_.classes.begin(), config_.classes.end(),
                                             [&](const MailClass& c) { return c.name == name; });
            done = Section<MailClass>(class_options(), "class", *target).set(key, value, first);
        } else {
            done = Section<Config>(options(), section_, config_).set(key, value, first);
        }
        if (!done) return because(done, "[" + section_ + "]");
        return done;
    }

    Config config_;
    std::string section_;
    std::set<std::string> seen_;  // "section\nkey" of the file being read
    std::string where_;
    std::string mistakes_;
};

/// FNV-1a, 64 bits: tells versions of a configuration apart; it proves nothing.
std::string fingerprint(const std::vector<ConfigText>& files) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const ConfigText& file : files) {
        for (const char byte : file.text) {
            hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
        }
    }
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[(hash >> shift) & 0xf];
    return text;
}

}  // namespace

std::string Endpoint::str() const {
    const std::string host = address.is_v4() ? address.str() : "[" + address.str() + "]";
    return host + ":" + std::to_string(port);
}

const MailClass* Config::find_class(std::string_view name) const {
    for (const MailClass& candidate : classes) {
        if (equal_ignoring_case(candidate.name, name)) return &candidate;
    }
    return nullptr;
}

Result<Config> parse_config(const std::vector<ConfigText>& files) {
    Parser parser;
    for (const ConfigText& file : files) parser.read(file);
    auto config = parser.finish();
    if (config) config->version = fingerprint(files);
    return config;
}

}  // namespace smarttls::policy

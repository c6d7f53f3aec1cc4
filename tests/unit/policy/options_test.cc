// SPDX-License-Identifier: Apache-2.0
#include "policy/options.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "policy/text.h"

namespace smarttls::policy {
namespace {

template <class Target>
void expect_well_described(std::span<const Option<Target>> table) {
    std::set<std::pair<std::string_view, std::string_view>> keys;
    for (const Option<Target>& option : table) {
        EXPECT_TRUE(keys.emplace(option.section, option.key).second) << option.key << " stands twice";
        EXPECT_GT(option.sentence.size(), 20U) << option.key;
        EXPECT_EQ(option.sentence.back(), '.') << option.key;
        EXPECT_TRUE(option.sentence.front() >= 'A' && option.sentence.front() <= 'Z') << option.key;
        EXPECT_EQ(option.key, to_lower(option.key));
        EXPECT_EQ(option.key.find_first_of(" =#_"), std::string_view::npos) << option.key;
    }
}

/// An option that adds must be able to begin anew, and one without a default to be not set again.
template <class Target>
void expect_clear_where_needed(std::span<const Option<Target>> table) {
    for (const Option<Target>& option : table) {
        const bool needed = option.repeat != Repeat::No || option.fallback.empty();
        EXPECT_EQ(option.clear != nullptr, needed) << option.key;
    }
}

TEST(Options, EachHasAUniqueKeyAndASentence) {
    expect_well_described(options());
    expect_well_described(class_options());
}

TEST(Options, ThatRepeatOrHaveNoDefaultCanBeCleared) {
    expect_clear_where_needed(options());
    expect_clear_where_needed(class_options());
}

TEST(Options, EveryDefaultIsAValueThatTheOptionTakes) {
    for (const Option<Config>& option : options()) {
        Config config;
        std::istringstream words{std::string(option.fallback)};
        for (std::string word; words >> word;) {
            const auto set = option.set(config, word);
            EXPECT_TRUE(set) << option.key << ": " << set.error().what;
        }
    }
    for (const Option<MailClass>& option : class_options()) {
        MailClass mail_class;
        std::istringstream words{std::string(option.fallback)};
        for (std::string word; words >> word;) {
            const auto set = option.set(mail_class, word);
            EXPECT_TRUE(set) << option.key << ": " << set.error().what;
        }
    }
}

class ShippedFile : public ::testing::Test {
  protected:
    static std::string text() {
        std::ifstream stream(SMARTTLS_SOURCE_DIR "/conf/smarttls.conf");
        std::string content(std::istreambuf_iterator<char>(stream), {});
        EXPECT_FALSE(content.empty());
        return content;
    }

    /// With every "#key = value" line in force.
    static std::string uncommented() {
        std::istringstream lines(text());
        std::string result;
        for (std::string line; std::getline(lines, line);) {
            const bool setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
            result += (setting ? line.substr(1) : line) + "\n";
        }
        return result;
    }

    static std::set<std::string> settings_of(const std::string& section) {
        std::istringstream lines(uncommented());
        std::set<std::string> keys;
        std::string current;
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("[")) current = line;
            if (line.empty() || line[0] == '#' || line.find(" =") == std::string::npos) continue;
            if (current.starts_with("[" + section)) keys.insert(line.substr(0, line.find(" =")));
        }
        return keys;
    }
};

TEST_F(ShippedFile, IsAValidConfiguration) {
    const auto config = parse_config({{"smarttls.conf", text()}});
    ASSERT_TRUE(config) << config.error().what;
    EXPECT_EQ(config->classes.size(), 3U);
    EXPECT_EQ(config->find_class("gdpr")->level, Floor::Pkix);
    EXPECT_EQ(config->find_class("nta7516")->level, Floor::Dane);
}

TEST_F(ShippedFile, StaysValidWhenEveryCommentedLineIsPutInForce) {
    const auto config = parse_config({{"smarttls.conf", uncommented()}});
    EXPECT_TRUE(config) << config.error().what;
}

TEST_F(ShippedFile, ShowsEveryOptionWithItsDefault) {
    const std::string content = text();
    for (const Option<Config>& option : options()) {
        std::string line = "#" + std::string(option.key) + " =";
        if (!option.fallback.empty()) line += " " + std::string(option.fallback);
        EXPECT_NE(content.find("\n" + line + "\n"), std::string::npos) << line;
    }
}

TEST_F(ShippedFile, ShowsNoOptionThatIsNotThere) {
    for (const std::string section : {"engine", "milter", "store", "portal"}) {
        std::set<std::string> keys;
        for (const Option<Config>& option : options()) {
            if (option.section == section) keys.emplace(option.key);
        }
        EXPECT_EQ(settings_of(section), keys) << section;
    }
    std::set<std::string> keys;
    for (const Option<MailClass>& option : class_options()) keys.emplace(option.key);
    EXPECT_EQ(settings_of("class."), keys);
}

}  // namespace
}  // namespace smarttls::policy

// SPDX-License-Identifier: Apache-2.0
#include "smarttls/profile_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/smarttls/running_server.h"

namespace smarttls::engine {
namespace {

const std::string kShipped = SMARTTLS_SOURCE_DIR "/conf/profiles";

TEST(LoadProfile, FindsAShippedOneByName) {
    for (const char* name : {"ncsc-nl-2025-05", "ncsc-nl-2021-01"}) {
        const auto profile = load_profile(name, {"/nonexistent", kShipped});
        ASSERT_TRUE(profile) << profile.error().what;
        EXPECT_TRUE(profile->title().starts_with("NCSC-NL 20")) << name;
    }
}

TEST(LoadProfile, TakesAPathAsItIs) {
    const auto profile = load_profile(kShipped + "/ncsc-nl-2021-01.conf", {});
    ASSERT_TRUE(profile) << profile.error().what;
    EXPECT_EQ(profile->title(), "NCSC-NL 2021-01");
}

TEST(LoadProfile, TakesTheFirstFolderThatHasIt) {
    const TemporaryDirectory own;
    std::ifstream shipped(kShipped + "/ncsc-nl-2025-05.conf");
    std::string text{std::istreambuf_iterator<char>(shipped), std::istreambuf_iterator<char>()};
    text.replace(text.find("NCSC-NL 2025-05"), 15, "Ours");
    std::ofstream(own / "ncsc-nl-2025-05.conf") << text;
    EXPECT_EQ(load_profile("ncsc-nl-2025-05", {own / "", kShipped})->title(), "Ours");
}

TEST(LoadProfile, SaysWhereItLookedAndWhatIsWrong) {
    const TemporaryDirectory own;
    std::ofstream(own / "bad.conf") << "title = Bad\nsuites = x\n";
    const std::pair<std::string, std::string> rows[] = {
        {"none", "there is no profile \"none\" in " + (own / "") + " or " + kShipped},
        {"/nonexistent.conf", "/nonexistent.conf: cannot be read"},
        {kShipped, kShipped + ": cannot be read"},
        {"bad", "bad.conf:2: unknown key \"suites\""},
    };
    for (const auto& [name, what] : rows) {
        const auto profile = load_profile(name, {own / "", kShipped});
        ASSERT_FALSE(profile) << name;
        EXPECT_EQ(profile.error().kind, policy::ErrorKind::Misconfigured);
        EXPECT_NE(profile.error().what.find(what), std::string::npos) << profile.error().what;
    }
}

}  // namespace
}  // namespace smarttls::engine

// SPDX-License-Identifier: Apache-2.0
#include "portal/command/keys.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "portal/command/exit_status.h"
#include "store/sealing/key.h"
#include "tests/unit/store/scratch.h"

namespace smarttls::portal {
namespace {

using store::Epoch;

class KeysTest : public testing::Test {
  protected:
    KeysTest() {
        config_.store.public_keys = scratch_.file("public");
        config_.portal.private_keys = scratch_.file("private");
        std::filesystem::create_directory(config_.store.public_keys);
        std::filesystem::create_directory(config_.portal.private_keys);
    }
    int create(const std::vector<std::string>& words) {
        return keys_create(config_, words, out_, err_, Style::Plain);
    }
    int list() { return keys_list(config_, {}, out_, err_, Style::Plain); }
    [[nodiscard]] static auto files(const std::string& directory) {
        return std::distance(std::filesystem::directory_iterator(directory), {});
    }
    [[nodiscard]] std::string half(const std::string& directory, const char* kind) const {
        return directory + "/" + now_.str() + kind;
    }

    store::test::ScratchDirectory scratch_;
    policy::Config config_;
    std::ostringstream out_;
    std::ostringstream err_;
    const Epoch now_ =
        Epoch::of(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
};

TEST_F(KeysTest, MakesPairsThatBelongTogether) {
    ASSERT_EQ(create({"--months", "2"}), kExitYes) << err_.str();
    EXPECT_NE(out_.str().find("3 created, 0 were there"), std::string::npos) << out_.str();
    for (int month = 0; month <= 2; ++month) {
        const auto open = load_public_key(config_.store.public_keys, now_.later(month));
        const auto secret = load_private_key(config_.portal.private_keys, now_.later(month));
        ASSERT_TRUE(open && secret);
        EXPECT_EQ(open->bytes, secret->public_key().bytes);
    }
}

TEST_F(KeysTest, ASecondRunMakesWhatIsMissingAndReplacesNothing) {
    ASSERT_EQ(create({"--months", "1"}), kExitYes);
    const auto before = load_public_key(config_.store.public_keys, now_);
    ASSERT_EQ(create({"--months", "2"}), kExitYes);
    EXPECT_NE(out_.str().find("1 created, 2 were there"), std::string::npos) << out_.str();
    EXPECT_EQ(load_public_key(config_.store.public_keys, now_)->bytes, before->bytes);
}

TEST_F(KeysTest, APublicHalfThatWasLostIsMadeAgainFromThePrivateOne) {
    ASSERT_EQ(create({"--months", "0"}), kExitYes);
    const auto before = load_public_key(config_.store.public_keys, now_);
    std::filesystem::remove(half(config_.store.public_keys, ".pub"));
    ASSERT_EQ(create({"--months", "0"}), kExitYes);
    EXPECT_EQ(load_public_key(config_.store.public_keys, now_)->bytes, before->bytes);
}

TEST_F(KeysTest, APrivateHalfThatWasLostIsAnErrorAndNotANewKey) {
    ASSERT_EQ(create({"--months", "0"}), kExitYes);
    std::filesystem::remove(half(config_.portal.private_keys, ".key"));
    EXPECT_EQ(create({"--months", "0"}), kExitConfig);
    EXPECT_NE(err_.str().find("private half"), std::string::npos) << err_.str();
    EXPECT_EQ(files(config_.portal.private_keys), 0);
}

TEST_F(KeysTest, HalvesOfDifferentPairsAreAnError) {
    ASSERT_EQ(create({"--months", "0"}), kExitYes);
    std::filesystem::remove(half(config_.portal.private_keys, ".key"));
    ASSERT_TRUE(*store_key(config_.portal.private_keys, *store::PrivateKey::create(now_)));
    EXPECT_EQ(create({"--months", "0"}), kExitConfig);
    EXPECT_NE(err_.str().find("do not belong together"), std::string::npos) << err_.str();
}

TEST_F(KeysTest, ADirectoryThatIsMissingIsNamedAndNothingIsMade) {
    std::filesystem::remove(config_.portal.private_keys);
    EXPECT_EQ(create({}), kExitConfig);
    EXPECT_NE(err_.str().find(config_.portal.private_keys), std::string::npos) << err_.str();
    EXPECT_EQ(files(config_.store.public_keys), 0);
}

TEST_F(KeysTest, WrongArgumentsAreUsage) {
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"--months", "-1"}, {"--months", "121"}, {"--months", "x"}, {"extra"}, {"--force"}}) {
        EXPECT_EQ(create(words), kExitUsage) << words.front();
    }
}

TEST_F(KeysTest, ListSaysWhatIsThereAndWhatIsNot) {
    EXPECT_EQ(list(), kExitNo);
    EXPECT_NE(err_.str().find("smarttls keys create"), std::string::npos);
    ASSERT_EQ(create({"--months", "1"}), kExitYes);
    out_.str({});
    EXPECT_EQ(list(), kExitYes);
    const std::string id = load_public_key(config_.store.public_keys, now_)->id();
    EXPECT_NE(out_.str().find(now_.str() + "  " + id + "  whole\n"), std::string::npos) << out_.str();
    std::filesystem::remove(half(config_.portal.private_keys, ".key"));
    out_.str({});
    EXPECT_EQ(list(), kExitYes);
    EXPECT_NE(out_.str().find("public half; private half: "), std::string::npos) << out_.str();
}

}  // namespace
}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "../scratch.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using test::ScratchDirectory;

const Epoch kEpoch = *Epoch::parse("2026-11");

std::string content_of(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

void write(const std::string& path, const std::string& content) {
    std::ofstream(path) << content;
}

class KeyTest : public testing::Test {
  protected:
    [[nodiscard]] std::string directory() const { return scratch_.file(""); }
    ScratchDirectory scratch_;
    const Result<PrivateKey> key_ = PrivateKey::create(kEpoch);
};

TEST_F(KeyTest, BothHalvesSurviveTheirFiles) {
    ASSERT_TRUE(*store_key(directory(), key_->public_key()));
    ASSERT_TRUE(*store_key(directory(), *key_));
    const auto loaded_public = load_public_key(directory(), kEpoch);
    const auto loaded = load_private_key(directory(), kEpoch);
    ASSERT_TRUE(loaded_public && loaded);
    EXPECT_EQ(loaded_public->bytes, key_->public_key().bytes);
    EXPECT_EQ(loaded->public_key().bytes, key_->public_key().bytes);
    EXPECT_TRUE(std::equal(loaded->bytes(), loaded->bytes() + PrivateKey::kSize, key_->bytes()));
}

TEST_F(KeyTest, TheFileSaysWhatItIsAndForWhom) {
    ASSERT_TRUE(*store_key(directory(), key_->public_key()));
    ASSERT_TRUE(*store_key(directory(), *key_));
    EXPECT_TRUE(content_of(scratch_.file("2026-11.pub")).starts_with("smarttls-public-key 2026-11 "));
    struct stat status {};
    ASSERT_EQ(::stat(scratch_.file("2026-11.key").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0400U);
}

TEST_F(KeyTest, AKeyIsNeverReplaced) {
    ASSERT_TRUE(*store_key(directory(), *key_));
    const std::string before = content_of(scratch_.file("2026-11.key"));
    const auto again = store_key(directory(), *PrivateKey::create(kEpoch));
    ASSERT_TRUE(again);
    EXPECT_FALSE(*again);
    EXPECT_EQ(content_of(scratch_.file("2026-11.key")), before);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory()), {}), 1);
}

TEST_F(KeyTest, EachPairIsAnother) {
    const auto other = PrivateKey::create(kEpoch);
    EXPECT_NE(other->public_key().bytes, key_->public_key().bytes);
    EXPECT_NE(other->public_key().id(), key_->public_key().id());
    EXPECT_EQ(other->public_key().id().size(), 16U);
}

TEST_F(KeyTest, AMissingKeyIsAMatterOfConfiguration) {
    const auto missing = load_public_key(directory(), kEpoch);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, ErrorKind::Misconfigured);
    EXPECT_NE(missing.error().what.find("2026-11.pub"), std::string::npos);
}

TEST_F(KeyTest, AFileThatIsNoKeyIsSaidToBeNone) {
    const std::string good(44, 'A');
    for (const std::string& content :
         {std::string(), std::string("smarttls-public-key 2026-11 "),
          "smarttls-public-key 2026-12 " + good, "smarttls-private-key 2026-11 " + good,
          std::string("smarttls-public-key 2026-11 not Base64!"), std::string(300, 'A')}) {
        write(scratch_.file("2026-11.pub"), content);
        const auto loaded = load_public_key(directory(), kEpoch);
        ASSERT_FALSE(loaded) << content;
        EXPECT_EQ(loaded.error().kind, ErrorKind::Corrupt) << content;
    }
}

TEST_F(KeyTest, ADirectoryThatIsMissingIsNamed) {
    const auto stored = store_key(directory() + "nowhere", *key_);
    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error().kind, ErrorKind::Misconfigured);
    EXPECT_NE(stored.error().what.find("nowhere"), std::string::npos);
}

}  // namespace
}  // namespace smarttls::store

// SPDX-License-Identifier: Apache-2.0
#include "store/log/bundle.h"

#include "golden.h"

namespace smarttls::store {
namespace {

namespace json = boost::json;
using policy::ErrorKind;
using test::GoldenLog;

class BundleTest : public testing::Test {
  protected:
    [[nodiscard]] static std::string why(const std::string& text) {
        const auto bundle = read_bundle(text);
        EXPECT_FALSE(bundle) << text;
        if (bundle) return "";
        EXPECT_EQ(bundle.error().kind, ErrorKind::Malformed);
        return bundle.error().what;
    }
    /// What is wrong once `change` has been made to the golden bundle.
    template <class Change>
    [[nodiscard]] std::string why_after(const Change& change) const {
        json::value value = json::parse(text_);
        change(value.as_object());
        return why(canonical_json(value) + "\n");
    }
    template <class Change>
    [[nodiscard]] std::string why_after_in_record(const Change& change) const {
        return why_after(
            [&](json::object& bundle) { change(bundle["records"].as_array()[1].as_object()); });
    }
    const GoldenLog golden_;
    const std::string text_ = write_bundle(golden_.bundle({1, 3, 6}));
};

TEST_F(BundleTest, ABundleSurvivesItsText) {
    Bundle bundle = golden_.bundle({0, 1, 2, 3, 4, 5, 6});
    EXPECT_EQ(*read_bundle(write_bundle(bundle)), bundle);
    bundle.timestamp = {0x30, 0x00};
    EXPECT_EQ(*read_bundle(write_bundle(bundle)), bundle);
    EXPECT_EQ(*read_bundle(write_bundle({})), Bundle{});
}

TEST_F(BundleTest, ItEndsInOneNewlineOrNone) {
    EXPECT_TRUE(text_.ends_with("}\n"));
    EXPECT_TRUE(read_bundle(text_.substr(0, text_.size() - 1)));
    EXPECT_FALSE(read_bundle(text_ + "\n"));
}

TEST_F(BundleTest, NoTruncatedBundleIsRead) {
    for (std::size_t size = 0; size + 1 < text_.size(); ++size) {
        EXPECT_FALSE(read_bundle(text_.substr(0, size))) << size;
    }
}

TEST_F(BundleTest, WhatIsMissingOrTooMuchIsNamed) {
    EXPECT_EQ(why_after([](json::object& bundle) { bundle.erase("checkpoint"); }),
              "bundle: checkpoint: it is missing");
    EXPECT_EQ(why_after([](json::object& bundle) { bundle["more"] = 1; }),
              "bundle: there is no member \"more\" here");
    EXPECT_EQ(why_after([](json::object& bundle) { bundle["format"] = "bundle 2"; }),
              "bundle: format: it is not \"smarttls evidence bundle 1\"");
    EXPECT_EQ(why_after_in_record([](json::object& record) { record.erase("facts"); }),
              "bundle: records: element 1: facts: it is missing");
    EXPECT_EQ(why_after_in_record([](json::object& record) { record["note"] = ""; }),
              "bundle: records: element 1: there is no member \"note\" here");
}

TEST_F(BundleTest, MembersOfAnotherKindAreNamed) {
    for (const auto& [name, reason] : std::vector<std::pair<std::string, std::string>>{
             {"index", "it is not the index of a leaf"},
             {"id", "it is not a string"},
             {"facts", "it is not a string"},
             {"parts", "it is not an array"},
             {"proof", "it is not an array"}}) {
        EXPECT_EQ(why_after_in_record([&](json::object& record) { record[name] = nullptr; }),
                  "bundle: records: element 1: " + name + ": " + reason);
    }
    EXPECT_EQ(why_after([](json::object& bundle) { bundle["verdicts"] = "x"; }),
              "bundle: verdicts: it is not an object");
    EXPECT_EQ(why_after([](json::object& bundle) {
                  bundle["verdicts"] = {{"x", 1}};
              }),
              "bundle: verdicts: \"x\": it is not a string");
    EXPECT_EQ(why_after([](json::object& bundle) { bundle["timestamp"] = ""; }),
              "bundle: timestamp: it is empty");
    EXPECT_EQ(why("[]"), "bundle: it is not an object");
}

TEST_F(BundleTest, NumbersAreIndices) {
    const auto with_index = [&](const json::value& index) {
        return why_after_in_record([&](json::object& record) { record["index"] = index; });
    };
    const std::string wrong = "bundle: records: element 1: index: it is not the index of a leaf";
    EXPECT_EQ(with_index(-1), wrong);
    EXPECT_EQ(with_index("3"), wrong);
    EXPECT_EQ(with_index(0xffff'ffff'ffff'ffffU), wrong);
    EXPECT_NE(with_index(3.0).find("a number is no 64-bit integer"), std::string::npos);
}

TEST_F(BundleTest, APartIsEitherReadableOrErased) {
    const auto with_part = [&](const json::value& part) {
        return why_after_in_record([&](json::object& record) { record["parts"] = {part}; });
    };
    const std::string at = "bundle: records: element 1: parts: element 0: ";
    const std::string hash = to_base64(Hash{});
    EXPECT_EQ(with_part(json::object{}), at + "digest: it is missing");
    EXPECT_EQ(with_part({{"digest", hash}}), at + "plaintext: it is missing");
    EXPECT_EQ(with_part({{"digest", hash}, {"plaintext", ""}}), at + "salt: it is missing");
    EXPECT_EQ(with_part({{"digest", hash}, {"commitment", hash}, {"plaintext", ""}}),
              at + "its members do not go together");
    EXPECT_EQ(with_part({{"digest", hash}, {"commitment", "AAAA"}}),
              at + "commitment: a hash has 32 bytes and this has 3");
}

TEST_F(BundleTest, SizesHaveLimits) {
    const json::array many(63, json::value(to_base64(Hash{})));
    EXPECT_EQ(why_after_in_record([&](json::object& record) { record["proof"] = many; }),
              "bundle: records: element 1: proof: no proof has so many hashes");
    EXPECT_NE(why(std::string(kLongestBundle + 1, ' ')).find("it is longer than"),
              std::string::npos);
    EXPECT_NE(why(std::string(100'000, '[')).find("too deep"), std::string::npos);
    EXPECT_NE(why_after_in_record([](json::object& record) {
                  record["parts"] = {json::value{{"x", json::array{1}}}};
              }).find("too deep"),
              std::string::npos);
}

}  // namespace
}  // namespace smarttls::store

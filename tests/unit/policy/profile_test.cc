// SPDX-License-Identifier: Apache-2.0
#include "policy/profile.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/shipped_profile.h"

namespace smarttls::policy {
namespace {

using Part = Profile::Part;
using test::shipped_profile;

constexpr std::string_view kLeast =
    "title = Ours\n"
    "protocol.good = TLSv1.3\n"
    "suite.good = TLS_AES_256_GCM_SHA384\n"
    "group.good = x25519\n"
    "hash.good = sha256\n";

std::string mistakes(std::string_view text) {
    const auto profile = Profile::parse("p.conf", text);
    EXPECT_FALSE(profile) << text;
    if (profile) return {};
    EXPECT_EQ(profile.error().kind, ErrorKind::Misconfigured);
    return profile.error().what;
}

TEST(Profile, GradesWhatItListsAndCallsTheRestInsufficient) {
    const auto profile = Profile::parse("p.conf", std::string(kLeast) +
                                                      "# a comment\n\n; another\r\n"
                                                      "suite.phase-out =  A-1\tB-2  \n"
                                                      "suite.phase-out = C-3\n"
                                                      "curve.insufficient = secp112r1");
    ASSERT_TRUE(profile) << profile.error().what;
    EXPECT_EQ(profile->title(), "Ours");
    EXPECT_EQ(profile->grade(Part::Suite, "A-1"), Grade::PhaseOut);
    EXPECT_EQ(profile->grade(Part::Suite, "C-3"), Grade::PhaseOut);
    EXPECT_EQ(profile->grade(Part::Suite, "a-1"), Grade::Insufficient);
    EXPECT_EQ(profile->grade(Part::Group, "A-1"), Grade::Insufficient) << "another part";
    EXPECT_EQ(profile->grade(Part::Suite, ""), Grade::Insufficient);
    EXPECT_EQ(profile->grade_rsa(16384), Grade::Insufficient) << "no size is listed";
    EXPECT_EQ(profile->names(Part::Suite),
              (std::vector<std::string>{"A-1", "B-2", "C-3", "TLS_AES_256_GCM_SHA384"}));
}

TEST(Profile, NamesFileAndLineOfEachMistake) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"nonsense", "\"nonsense\" is no \"key = value\""},
        {"suit.good = x", "unknown key \"suit.good\"; did you mean \"suite.good\"?"},
        {"suite.best = x", "unknown key \"suite.best\"; did you mean"},
        {"suite.none = x", "unknown key \"suite.none\""},
        {"suite = x", "unknown key \"suite\""},
        {"suite.good =", "\"suite.good\" has no value"},
        {"group.phase-out = x25519", "\"x25519\" is listed a second time"},
        {"rsa-bits.good = many", "\"many\" is no number of bits"},
        {"rsa-bits.good = 511", "\"511\" is no number of bits"},
        {"rsa-bits.good = 99999999999999", "is no number of bits"},
        {"rsa-bits.good = 2048 3072", "is no number of bits"},
        {"title = Theirs", "title is set a second time"},
        {"= x", "unknown key \"\""},
    };
    for (const auto& [line, what] : rows) {
        const std::string found = mistakes(std::string(kLeast) + std::string(line) + "\n");
        EXPECT_TRUE(found.starts_with("p.conf:6: ")) << found;
        EXPECT_NE(found.find(what), std::string::npos) << found;
    }
    EXPECT_EQ(mistakes("a = 1\nb\n").find("p.conf:2: "), mistakes("a = 1\nb\n").find('\n') + 1);
}

TEST(Profile, IsNotWholeWithoutTitleOrWithNothingToAllow) {
    EXPECT_EQ(mistakes(""), "p.conf: title is missing");
    for (const std::string_view key : {"title", "protocol", "suite", "group", "hash"}) {
        std::string text(kLeast);
        const std::size_t begin = text.find(key);
        text.erase(begin, text.find('\n', begin) + 1 - begin);
        EXPECT_NE(mistakes(text).find(key), std::string::npos) << mistakes(text);
    }
    EXPECT_EQ(mistakes(std::string(kLeast) + "rsa-bits.good = 2048\nrsa-bits.phase-out = 3072\n"),
              "p.conf: a better grade asks for fewer rsa-bits");
    EXPECT_NE(mistakes("title = \x1b[31m\n").find("is no text of at most 60"), std::string::npos);
    EXPECT_EQ(mistakes("title = \x1b[31m\n").find('\x1b'), std::string::npos);
}

TEST(Profile, SurvivesAnyBytes) {
    std::string text(kLeast);
    for (std::size_t place = 0; place < text.size(); ++place) {
        for (const char byte : {'\0', '\xff', '=', '\n', '.', '#'}) {
            std::string changed = text;
            changed[place] = byte;
            const auto profile = Profile::parse("p.conf", changed);
            EXPECT_TRUE(profile || profile.error().what.starts_with("p.conf"));
        }
        EXPECT_NO_THROW((void)Profile::parse("p.conf", text.substr(0, place)));
    }
}

struct Row {
    Part part;
    std::string_view name;
    Grade of_2025;
    Grade of_2021;
};

TEST(ShippedProfiles, FollowTheTwoEditions) {
    using enum Grade;
    const Row rows[] = {
        {Part::Protocol, "TLSv1.3", Good, Good},
        {Part::Protocol, "TLSv1.2", Sufficient, Sufficient},
        {Part::Protocol, "TLSv1.1", Insufficient, PhaseOut},
        {Part::Protocol, "TLSv1", Insufficient, PhaseOut},
        {Part::Protocol, "SSLv3", Insufficient, Insufficient},
        {Part::Suite, "TLS_AES_256_GCM_SHA384", Good, Good},
        {Part::Suite, "TLS_AES_128_GCM_SHA256", Sufficient, Good},
        {Part::Suite, "TLS_AES_128_CCM_8_SHA256", Insufficient, Insufficient},
        {Part::Suite, "ECDHE-RSA-AES256-GCM-SHA384", Sufficient, Good},
        {Part::Suite, "ECDHE-RSA-AES128-SHA256", PhaseOut, Sufficient},
        {Part::Suite, "ECDHE-RSA-AES128-SHA", Insufficient, Sufficient},
        {Part::Suite, "DHE-RSA-AES256-GCM-SHA384", PhaseOut, Sufficient},
        {Part::Suite, "ECDHE-RSA-CAMELLIA256-SHA384", PhaseOut, Sufficient},
        {Part::Suite, "ECDHE-ARIA128-GCM-SHA256", PhaseOut, PhaseOut},
        {Part::Suite, "AES128-SHA", Insufficient, PhaseOut},
        {Part::Suite, "DES-CBC3-SHA", Insufficient, PhaseOut},
        {Part::Suite, "NULL-SHA256", Insufficient, Insufficient},
        {Part::Suite, "ADH-AES256-GCM-SHA384", Insufficient, Insufficient},
        {Part::Group, "X25519MLKEM768", Good, Insufficient},
        {Part::Group, "x25519", Sufficient, Good},
        {Part::Group, "brainpoolP256r1", Sufficient, Insufficient},
        {Part::Group, "secp224r1", PhaseOut, PhaseOut},
        {Part::Group, "secp256k1", Insufficient, Insufficient},
        {Part::Group, "ffdhe3072", PhaseOut, Sufficient},
        {Part::Group, "ffdhe2048", Insufficient, PhaseOut},
        {Part::Group, "modp_4096", Insufficient, Insufficient},
        {Part::Curve, "secp384r1", Sufficient, Good},
        {Part::Curve, "secp224r1", PhaseOut, PhaseOut},
        {Part::Curve, "secp256k1", Insufficient, Insufficient},
        {Part::Eddsa, "ed25519", Sufficient, Insufficient},
        {Part::Eddsa, "dsa-1024", Insufficient, Insufficient},
        {Part::Hash, "sha256", Good, Good},
        {Part::Hash, "sha224", PhaseOut, Insufficient},
        {Part::Hash, "sha1", Insufficient, Insufficient},
        {Part::Hash, "md5", Insufficient, Insufficient},
    };
    const Profile of_2025 = shipped_profile("ncsc-nl-2025-05");
    const Profile of_2021 = shipped_profile("ncsc-nl-2021-01");
    for (const Row& row : rows) {
        EXPECT_EQ(of_2025.grade(row.part, row.name), row.of_2025) << row.name;
        EXPECT_EQ(of_2021.grade(row.part, row.name), row.of_2021) << row.name;
    }
    EXPECT_EQ(of_2025.title(), "NCSC-NL 2025-05");
    EXPECT_EQ(of_2021.title(), "NCSC-NL 2021-01");
}

TEST(ShippedProfiles, GradeRsaKeysBySize) {
    using enum Grade;
    const std::tuple<int, Grade, Grade> rows[] = {
        {1024, Insufficient, Insufficient}, {2047, Insufficient, Insufficient},
        {2048, PhaseOut, Sufficient},       {3071, PhaseOut, Sufficient},
        {3072, Sufficient, Good},           {4096, Sufficient, Good},
        {0, Insufficient, Insufficient},
    };
    const Profile of_2025 = shipped_profile("ncsc-nl-2025-05");
    const Profile of_2021 = shipped_profile("ncsc-nl-2021-01");
    for (const auto& [bits, new_grade, old_grade] : rows) {
        EXPECT_EQ(of_2025.grade_rsa(bits), new_grade) << bits;
        EXPECT_EQ(of_2021.grade_rsa(bits), old_grade) << bits;
    }
}

TEST(ShippedProfiles, ListAllSuitesOfAppendixB) {
    constexpr std::size_t kGood = 2;
    constexpr std::size_t kSufficient = 2 + 5 + 3;
    constexpr std::size_t kPhaseOut = 10 + 10 + 15;
    EXPECT_EQ(shipped_profile("ncsc-nl-2025-05").names(Part::Suite).size(),
              kGood + kSufficient + kPhaseOut);
}

}  // namespace
}  // namespace smarttls::policy

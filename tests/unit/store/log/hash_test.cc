// SPDX-License-Identifier: Apache-2.0
#include "store/log/hash.h"

#include <gtest/gtest.h>

namespace smarttls::store {
namespace {

using policy::ErrorKind;

TEST(HashTest, Sha256IsThatOfItsStandard) {
    // FIPS 180-4, the example "abc"; whole and in pieces.
    const std::string expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    EXPECT_EQ(to_hex(sha256(bytes_of("abc"))), expected);
    EXPECT_EQ(to_hex(sha256({bytes_of("a"), bytes_of(""), bytes_of("bc")})), expected);
}

TEST(HashTest, HmacIsThatOfRfc4231) {
    // Test case 2, and test case 6 with a key that is longer than a block.
    EXPECT_EQ(to_hex(hmac_sha256(bytes_of("Jefe"), bytes_of("what do ya want for nothing?"))),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(
        to_hex(hmac_sha256(Bytes(131, 0xaa),
                           bytes_of("Test Using Larger Than Block-Size Key - Hash Key First"))),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HashTest, Base64SurvivesTheWayThereAndBack) {
    Bytes bytes;
    for (unsigned size = 0; size < 70; ++size) {
        const auto parsed = parse_base64(to_base64(bytes));
        ASSERT_TRUE(parsed) << size;
        EXPECT_EQ(*parsed, bytes);
        bytes.push_back(static_cast<std::uint8_t>(size * 37));
    }
}

TEST(HashTest, Base64HasOneSpellingOfEachSequence) {
    for (const char* text : {"AA", "AA=", "AB==", "AAB=", "AA==\n", " AA==", "A A=", "A",
                             "====", "AA==AA==", "AA-_", "AAAA\xff", "AA=A"}) {
        const auto parsed = parse_base64(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().kind, ErrorKind::Malformed);
        EXPECT_NE(parsed.error().what.find("is not Base64"), std::string::npos);
    }
}

TEST(HashTest, NoByteOutsideOfTheAlphabetIsBase64) {
    // libsodium 1.0.18 by itself takes some bytes above 127 for letters.
    const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text = {'A', 'A', static_cast<char>(byte), 'A'};
        EXPECT_EQ(parse_base64(text).has_value(), alphabet.find(text[2]) != std::string::npos)
            << byte;
    }
}

TEST(HashTest, AHashHas32Bytes) {
    const Hash hash = sha256(bytes_of("x"));
    EXPECT_EQ(*parse_hash(to_base64(hash)), hash);
    EXPECT_EQ(parse_hash(to_base64(Bytes(31))).error().what, "a hash has 32 bytes and this has 31");
    EXPECT_FALSE(parse_hash(to_base64(Bytes(33))));
    EXPECT_FALSE(parse_hash(""));
}

}  // namespace
}  // namespace smarttls::store

// SPDX-License-Identifier: Apache-2.0
#include "store/log/signed_note.h"

#include <gtest/gtest.h>

namespace smarttls::store {
namespace {

using policy::ErrorKind;

// The example in the documentation of Go's package golang.org/x/mod/sumdb/note.
const std::string kSigner =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const std::string kText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
const std::string kSignature =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngot"
    "pRZb6KE6RyyBwJnAM=\n";
const std::string kWitness = "— witness.example AAAAAAAA\n";

class SignedNoteTest : public testing::Test {
  protected:
    [[nodiscard]] Result<std::string> open(const std::string& note) const {
        return open_note(note, signer_->verifier());
    }
    [[nodiscard]] std::string why(const std::string& note) const {
        const auto text = open(note);
        EXPECT_FALSE(text) << note;
        return text ? "" : text.error().what;
    }
    const Result<NoteSigner> signer_ = NoteSigner::parse(kSigner);
};

TEST_F(SignedNoteTest, TheNoteOfTheReferenceIsMadeAndOpened) {
    EXPECT_EQ(*sign_note(kText, *signer_), kText + "\n" + kSignature);
    const auto text = open(kText + "\n" + kSignature);
    ASSERT_TRUE(text) << text.error().what;
    EXPECT_EQ(*text, kText);
}

TEST_F(SignedNoteTest, NoBitOfItCanBeChanged) {
    const std::string note = kText + "\n" + kSignature;
    for (std::size_t bit = 0; bit < 8 * note.size(); ++bit) {
        std::string forged = note;
        forged[bit / 8] = static_cast<char>(forged[bit / 8] ^ (1U << bit % 8));
        EXPECT_FALSE(open(forged)) << bit;
    }
    for (std::size_t size = 0; size < note.size(); ++size) EXPECT_FALSE(open(note.substr(0, size)));
}

TEST_F(SignedNoteTest, OtherKeysMeanNothing) {
    EXPECT_TRUE(open(kText + "\n" + kWitness + kSignature));
    EXPECT_TRUE(open(kText + "\n" + kSignature + kWitness));
    const std::string same_name = "— PeterNeumann AAAAAAAA\n";
    EXPECT_TRUE(open(kText + "\n" + same_name + kSignature));
    EXPECT_EQ(why(kText + "\n" + same_name + kWitness),
              "the note is not signed by PeterNeumann (key c74f20a3), but by \"PeterNeumann\" (key "
              "00000000) \"witness.example\" (key 00000000)");
    EXPECT_EQ(open(kText + "\n" + kWitness).error().kind, ErrorKind::Untrusted);
}

TEST_F(SignedNoteTest, EachSignatureOfTheKnownKeyMustVerify) {
    EXPECT_TRUE(open(kText + "\n" + kSignature + kSignature));
    const std::string forged = "— PeterNeumann x08gowAA\n";
    EXPECT_EQ(why(kText + "\n" + kSignature + forged),
              "the signature of PeterNeumann (key c74f20a3) does not verify");
}

TEST_F(SignedNoteTest, ATextMayHaveEmptyLines) {
    const auto note = sign_note("a\n\n— b\n\nü\n", *signer_);
    ASSERT_TRUE(note);
    EXPECT_EQ(*open(*note), "a\n\n— b\n\nü\n");
}

TEST_F(SignedNoteTest, SixteenSignaturesAreAcceptedAndNoMore) {
    std::string note = kText + "\n" + kSignature;
    for (std::size_t i = 1; i < kMostSignatures; ++i) note += kWitness;
    EXPECT_TRUE(open(note));
    EXPECT_EQ(why(note + kWitness), "signed note: it has more than 16 signatures");
}

TEST_F(SignedNoteTest, WhatIsNoNoteSaysWhy) {
    const std::string start = kText + "\n";
    for (const auto& [note, reason] : std::vector<std::pair<std::string, std::string>>{
             {"", "it does not end in a newline"},
             {start + kSignature.substr(0, kSignature.size() - 1), "it does not end in a newline"},
             {kText, "no empty line ends its text"},
             {kText + kSignature, "no empty line ends its text"},
             {start, "it has no signature"},
             {start + kSignature + "\n", "it has no signature"},
             {start + "- PeterNeumann AAAAAAAA\n", "it does not begin with U+2014"},
             {start + "— PeterNeumann\n", "it has no signature"},
             {start + "—  AAAAAAAA\n", "its key has no valid name"},
             {start + "— a+b AAAAAAAA\n", "its key has no valid name"},
             {start + "— a AAAAAAA\n", "is not Base64"},
             {start + "— a AAAA AAAA\n", "is not Base64"},
             {start + "— a AAAAAA==\n", "its signature is empty"},
             {"\xff\n\n" + kSignature, "it is not UTF-8"},
             {"\xed\xa0\x80\n\n" + kSignature, "it is not UTF-8"},
             {"\xc0\x80\n\n" + kSignature, "it is not UTF-8"},
             {"\xf4\x90\x80\x80\n\n" + kSignature, "it is not UTF-8"},
             {"a\r\n\n" + kSignature, "it has a control character"},
             {std::string("a\0b\n\n", 5) + kSignature, "it has a control character"},
             {std::string(kLongestNote, 'a'), "it is longer than 131072"}}) {
        const std::string padded = note.size() == kLongestNote ? note + "a" : note;
        EXPECT_NE(why(padded).find(reason), std::string::npos) << why(padded);
        EXPECT_EQ(open(padded).error().kind, ErrorKind::Malformed);
    }
}

TEST_F(SignedNoteTest, WhatCannotBeReadIsNotSigned) {
    EXPECT_FALSE(sign_note("no end", *signer_));
    EXPECT_FALSE(sign_note("", *signer_));
    EXPECT_FALSE(sign_note("a\tb\n", *signer_));
    EXPECT_FALSE(sign_note("\xff\n", *signer_));
}

}  // namespace
}  // namespace smarttls::store

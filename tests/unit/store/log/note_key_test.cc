// SPDX-License-Identifier: Apache-2.0
#include "store/log/note_key.h"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "../scratch.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using test::ScratchDirectory;

// The keys in the documentation of Go's package golang.org/x/mod/sumdb/note.
const std::string kVerifier = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string kSigner =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

TEST(NoteKeyTest, TheKeysOfTheReferenceBelongTogether) {
    const auto signer = NoteSigner::parse(kSigner);
    ASSERT_TRUE(signer) << signer.error().what;
    EXPECT_EQ(signer->verifier().str(), kVerifier);
    const auto verifier = NoteVerifier::parse(kVerifier);
    ASSERT_TRUE(verifier) << verifier.error().what;
    EXPECT_EQ(verifier->str(), kVerifier);
    EXPECT_EQ(verifier->name(), "PeterNeumann");
    EXPECT_TRUE(verifier->verify("text", signer->sign("text")));
}

TEST(NoteKeyTest, WhatWasNotSignedDoesNotVerify) {
    const auto signer = NoteSigner::create("log");
    const auto signature = signer->sign("text");
    for (std::size_t bit = 0; bit < 8 * signature.size(); ++bit) {
        auto forged = signature;
        forged[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        EXPECT_FALSE(signer->verifier().verify("text", forged)) << bit;
    }
    const auto other = signer->verifier().verify("text2", signature);
    EXPECT_EQ(other.error().kind, ErrorKind::Untrusted);
    EXPECT_FALSE(signer->verifier().verify("text", ByteView(signature).first(63)));
    EXPECT_FALSE(NoteSigner::create("log")->verifier().verify("text", signature));
}

TEST(NoteKeyTest, TextsThatAreNoVerifierKeySayWhy) {
    const std::string key = "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
             {"", "it should be <name>"},
             {"PeterNeumann", "it should be <name>"},
             {"PeterNeumann+c74f20a3", "it should be <name>"},
             {"PeterNeumann+c74f20a4+" + key, "its id should be c74f20a3"},
             {"PeterNeumann+C74F20A3+" + key, "its id should be c74f20a3"},
             {"PeterNeumann+c74f20a3+" + key + "\n", "is not Base64"},
             {"PeterNeumann+c74f20a3+" + key.substr(4), "it is not of type Ed25519"},
             {"PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
              "it is not of type Ed25519"},
             {"Peter Neumann+c74f20a3+" + key, "is no name of a key"},
             {"+c74f20a3+" + key, "is no name of a key"},
             {std::string(256, 'n') + "+c74f20a3+" + key, "is no name of a key"}}) {
        const auto verifier = NoteVerifier::parse(text);
        ASSERT_FALSE(verifier) << text;
        EXPECT_EQ(verifier.error().kind, ErrorKind::Malformed);
        EXPECT_NE(verifier.error().what.find(why), std::string::npos) << verifier.error().what;
    }
}

TEST(NoteKeyTest, ASecretIsNotToldWhenItCannotBeRead) {
    const std::string secret = "YEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDF";
    for (const std::string& text :
         {"PRIVATE+KEY+PeterNeumann+c74f20a4+A" + secret + "z",
          "PRIVATE+KEY+PeterNeumann+c74f20a3+A" + secret, std::string("PRIVATE+KEY+Peter"), secret,
          "PRIVATE+KEY+PeterNeumann+c74f20a3+B" + secret + "z", std::string()}) {
        const auto signer = NoteSigner::parse(text);
        ASSERT_FALSE(signer) << text;
        EXPECT_EQ(signer.error().kind, ErrorKind::Malformed);
        EXPECT_EQ(signer.error().what.find(secret.substr(0, 8)), std::string::npos);
    }
}

class SignerFileTest : public testing::Test {
  protected:
    [[nodiscard]] std::string directory() const { return scratch_.file(""); }
    [[nodiscard]] std::string content() const {
        std::ifstream file(scratch_.file("log.key"));
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }
    [[nodiscard]] Result<NoteSigner> open() const {
        return open_signer(directory(), "log.key", "example.org/log");
    }
    void write(const std::string& text) const { std::ofstream(scratch_.file("log.key")) << text; }
    ScratchDirectory scratch_;
};

TEST_F(SignerFileTest, AMissingKeyIsCreatedAndThenKept) {
    const auto created = open();
    ASSERT_TRUE(created) << created.error().what;
    const std::string line = content();
    const auto again = open();
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(again->verifier().str(), created->verifier().str());
    EXPECT_EQ(content(), line);
    EXPECT_TRUE(again->verifier().verify("x", created->sign("x")));
}

TEST_F(SignerFileTest, TheFileIsOneLineForItsOwnerAlone) {
    ASSERT_TRUE(NoteSigner::parse(kSigner)->store(directory(), "log.key"));
    EXPECT_EQ(content(), kSigner + "\n");
    struct stat status {};
    ASSERT_EQ(::stat(scratch_.file("log.key").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0400U);
}

TEST_F(SignerFileTest, AKeyIsNeverReplaced) {
    ASSERT_TRUE(open());
    const std::string line = content();
    const auto stored = NoteSigner::create("example.org/log")->store(directory(), "log.key");
    ASSERT_TRUE(stored);
    EXPECT_FALSE(*stored);
    EXPECT_EQ(content(), line);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory()), {}), 1);
}

TEST_F(SignerFileTest, AKeyOfAnotherNameIsAMatterOfConfiguration) {
    ASSERT_TRUE(*NoteSigner::create("example.org/other")->store(directory(), "log.key"));
    const auto opened = open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Misconfigured);
    EXPECT_NE(opened.error().what.find("is the signing key of example.org/other, not of example."),
              std::string::npos);
}

TEST_F(SignerFileTest, AFileThatIsNoKeyIsSaidToBeNone) {
    for (const std::string& text : {std::string(), std::string("\n"), std::string(600, 'P'),
                                    kSigner + "\n\n", " " + kSigner, kVerifier}) {
        write(text);
        const auto opened = open();
        ASSERT_FALSE(opened) << text;
        EXPECT_EQ(opened.error().kind, ErrorKind::Corrupt);
        EXPECT_NE(opened.error().what.find("log.key"), std::string::npos);
    }
}

TEST_F(SignerFileTest, ADirectoryThatIsMissingAndANameThatIsNoneAreSaid) {
    EXPECT_EQ(open_signer(directory() + "nowhere", "log.key", "log").error().kind,
              ErrorKind::Misconfigured);
    EXPECT_EQ(load_signer(directory(), "log.key").error().kind, ErrorKind::Misconfigured);
    EXPECT_EQ(open_signer(directory(), "log.key", "a b").error().kind, ErrorKind::Malformed);
    EXPECT_EQ(content(), "");
}

}  // namespace
}  // namespace smarttls::store

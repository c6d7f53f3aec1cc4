// SPDX-License-Identifier: Apache-2.0
#include "store/log/checkpoint.h"

#include <gtest/gtest.h>

namespace smarttls::store {
namespace {

using policy::ErrorKind;

// The example of C2SP tlog-checkpoint v1.0.0.
const std::string kText =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const std::string kRoot = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

TEST(CheckpointTest, TheExampleOfTheSpecificationIsRead) {
    const auto checkpoint = parse_checkpoint(kText);
    ASSERT_TRUE(checkpoint) << checkpoint.error().what;
    EXPECT_EQ(checkpoint->origin, "example.com/behind-the-sofa");
    EXPECT_EQ(checkpoint->size, 20852163U);
    EXPECT_EQ(to_text(*checkpoint), kText);
}

TEST(CheckpointTest, ExtensionsAreKept) {
    const auto checkpoint = parse_checkpoint(kText + "time 1\nmore\n");
    ASSERT_TRUE(checkpoint);
    EXPECT_EQ(checkpoint->extensions, (std::vector<std::string>{"time 1", "more"}));
    EXPECT_EQ(to_text(*checkpoint), kText + "time 1\nmore\n");
}

TEST(CheckpointTest, WhatIsNoCheckpointSaysWhy) {
    for (const auto& [text, reason] : std::vector<std::pair<std::string, std::string>>{
             {"", "it does not end in a newline"},
             {"o\n1\n" + kRoot.substr(0, 44), "it does not end in a newline"},
             {"o\n1\n", "it has fewer than 3 lines"},
             {"\n1\n" + kRoot, "it has an empty line"},
             {"o\n1\n" + kRoot + "\n", "it has an empty line"},
             {"o\n\n" + kRoot, "it has an empty line"},
             {"o\n01\n" + kRoot, "\"01\" is not the size of a log"},
             {"o\n+1\n" + kRoot, "\"+1\" is not the size of a log"},
             {"o\n-1\n" + kRoot, "\"-1\" is not the size of a log"},
             {"o\n1 \n" + kRoot, "\"1 \" is not the size of a log"},
             {"o\n0x1\n" + kRoot, "\"0x1\" is not the size of a log"},
             {"o\n18446744073709551616\n" + kRoot, "is not the size of a log"},
             {"o\n4611686018427387905\n" + kRoot, "is not the size of a log"},
             {"o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n", "is not Base64"},
             {"o\n1\nAAAA\n", "a hash has 32 bytes and this has 3"}}) {
        const auto checkpoint = parse_checkpoint(text);
        ASSERT_FALSE(checkpoint) << text;
        EXPECT_EQ(checkpoint.error().kind, ErrorKind::Malformed);
        EXPECT_NE(checkpoint.error().what.find(reason), std::string::npos)
            << checkpoint.error().what;
    }
}

TEST(CheckpointTest, WhatIsSignedIsOpened) {
    const auto signer = NoteSigner::create("example.org/log");
    const Checkpoint checkpoint{"example.org/log", 0, empty_root(), {}};
    const auto note = sign_checkpoint(checkpoint, *signer);
    ASSERT_TRUE(note) << note.error().what;
    EXPECT_EQ(*open_checkpoint(*note, signer->verifier()), checkpoint);
}

TEST(CheckpointTest, ACheckpointOfAnotherLogIsRefused) {
    const auto signer = NoteSigner::create("example.org/log");
    const Checkpoint checkpoint{"example.org/other", 1, {}, {}};
    const auto signed_here = sign_checkpoint(checkpoint, *signer);
    ASSERT_FALSE(signed_here);
    EXPECT_EQ(signed_here.error().kind, ErrorKind::Untrusted);
    const auto note = sign_note(to_text(checkpoint), *signer);
    EXPECT_EQ(open_checkpoint(*note, signer->verifier()).error().what,
              "the checkpoint is of the log \"example.org/other\", the key of \"example.org/log\"");
}

TEST(CheckpointTest, WhatCannotBeReadIsNotSigned) {
    const auto signer = NoteSigner::create("example.org/log");
    EXPECT_FALSE(sign_checkpoint({"example.org/log", 1, {}, {""}}, *signer));
    EXPECT_FALSE(sign_checkpoint({"example.org/log", 1, {}, {"a\tb"}}, *signer));
    EXPECT_FALSE(sign_checkpoint({"example.org/log", kMostLeaves + 1, {}, {}}, *signer));
    EXPECT_FALSE(open_checkpoint(*sign_note("free text\n", *signer), signer->verifier()));
}

}  // namespace
}  // namespace smarttls::store

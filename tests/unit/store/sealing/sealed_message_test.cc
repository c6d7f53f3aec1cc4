// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/sealed_message.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>
#include <sstream>

#include "../scratch.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::ok;
using test::ScratchDirectory;

std::span<const std::uint8_t> bytes_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

class SealedMessageTest : public testing::Test {
  protected:
    [[nodiscard]] SealedFacts seal(const std::string& message, std::size_t step = 1000) {
        auto writer = SealedWriter::create(directory(), key_->public_key());
        for (std::size_t at = 0; at < message.size(); at += step) {
            EXPECT_TRUE(writer->append(bytes_of(message.substr(at, step))));
        }
        auto facts = writer->finish("the envelope");
        EXPECT_TRUE(facts);
        writer->keep();
        return *facts;
    }
    [[nodiscard]] Result<std::string> open(const SealedFacts& facts) {
        opened_.clear();
        return unseal(directory(), facts, *key_, [this](std::span<const std::uint8_t> bytes) {
            opened_.append(bytes.begin(), bytes.end());
            return ok();
        });
    }
    [[nodiscard]] ErrorKind failure(const SealedFacts& facts) {
        const auto opened = open(facts);
        EXPECT_FALSE(opened);
        return opened ? ErrorKind::Bug : opened.error().kind;
    }
    void overwrite(const SealedFacts& facts, const std::string& content) {
        std::ofstream(path_of(facts), std::ios::binary) << content;
    }
    [[nodiscard]] std::string path_of(const SealedFacts& facts) { return scratch_.file(facts.id); }
    [[nodiscard]] std::string directory() { return scratch_.file(""); }
    [[nodiscard]] auto files() {
        return std::distance(std::filesystem::directory_iterator(directory()), {});
    }

    ScratchDirectory scratch_;
    const Result<PrivateKey> key_ = PrivateKey::create(*Epoch::parse("2026-11"));
    std::string opened_;
};

std::string text_of_size(std::size_t size) {
    std::string text;
    while (text.size() < size) text += "line " + std::to_string(text.size()) + "\r\n";
    text.resize(size);
    return text;
}

TEST_F(SealedMessageTest, OpensToWhatWasSealedWhateverItsSize) {
    for (const std::size_t size : {0UL, 1UL, kSealedChunk - 1, kSealedChunk, kSealedChunk + 1,
                                   3 * kSealedChunk, 5 * kSealedChunk + 17}) {
        const std::string message = text_of_size(size);
        const SealedFacts facts = seal(message, 70'001);
        const auto envelope = open(facts);
        ASSERT_TRUE(envelope) << size << ": " << envelope.error().what;
        EXPECT_EQ(*envelope, "the envelope");
        EXPECT_EQ(opened_, message);
        EXPECT_EQ(facts.size, size);
    }
}

TEST_F(SealedMessageTest, NothingOfTheMessageOrItsKeyIsInTheFile) {
    const std::string message = "Subject: the patient\r\n\r\nA secret of some length\r\n";
    const SealedFacts facts = seal(message);
    const std::string content = content_of(path_of(facts));
    for (const char* word : {"Subject", "patient", "secret", "envelope"}) {
        EXPECT_EQ(content.find(word), std::string::npos) << word;
    }
    const std::string wrapped(facts.wrapped_key.begin(), facts.wrapped_key.end());
    EXPECT_EQ(content.find(wrapped), std::string::npos);
}

TEST_F(SealedMessageTest, TwoMessagesShareNeitherNameNorKeyNorContent) {
    const SealedFacts one = seal("the same");
    const SealedFacts two = seal("the same");
    EXPECT_NE(one.id, two.id);
    EXPECT_EQ(one.id.size(), 32U);
    EXPECT_NE(one.wrapped_key, two.wrapped_key);
    EXPECT_NE(content_of(path_of(one)), content_of(path_of(two)));
}

TEST_F(SealedMessageTest, EveryChangedByteIsSeen) {
    const SealedFacts facts = seal("short");
    const std::string content = content_of(path_of(facts));
    for (std::size_t at = 0; at < content.size(); ++at) {
        std::string changed = content;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        overwrite(facts, changed);
        EXPECT_EQ(failure(facts), ErrorKind::Corrupt) << at;
    }
}

TEST_F(SealedMessageTest, EveryLengthButItsOwnIsSeen) {
    const SealedFacts facts = seal("short");
    const std::string content = content_of(path_of(facts));
    for (std::size_t length = 0; length < content.size(); ++length) {
        overwrite(facts, content.substr(0, length));
        EXPECT_EQ(failure(facts), ErrorKind::Corrupt) << length;
    }
    overwrite(facts, content + "x");
    EXPECT_EQ(failure(facts), ErrorKind::Corrupt);
}

TEST_F(SealedMessageTest, ChunksCannotBeLeftOutOrSwapped) {
    const SealedFacts facts = seal(text_of_size(3 * kSealedChunk));
    const std::string content = content_of(path_of(facts));
    const std::size_t start = kSealedMagic.size() + 24;
    const std::size_t frame = 4 + kSealedChunk + 17;
    const std::string head = content.substr(0, start);
    const std::string one = content.substr(start, frame);
    const std::string two = content.substr(start + frame, frame);
    const std::string rest = content.substr(start + 2 * frame);
    overwrite(facts, head + one + two + rest);
    ASSERT_TRUE(open(facts));
    overwrite(facts, head + two + one + rest);
    EXPECT_EQ(failure(facts), ErrorKind::Corrupt);
    overwrite(facts, head + one + rest);
    EXPECT_EQ(failure(facts), ErrorKind::Corrupt);
}

TEST_F(SealedMessageTest, TheKeyOfAnotherMessageDoesNotOpenIt) {
    const SealedFacts one = seal("one");
    const SealedFacts two = seal("two");
    SealedFacts mixed = one;
    mixed.wrapped_key = two.wrapped_key;
    EXPECT_EQ(failure(mixed), ErrorKind::Corrupt);
    mixed.wrapped_key.clear();
    EXPECT_EQ(failure(mixed), ErrorKind::Corrupt);
}

TEST_F(SealedMessageTest, AnotherEpochsKeyIsSaidToBeTheWrongOne) {
    const SealedFacts facts = seal("one");
    const auto other = PrivateKey::create(*Epoch::parse("2026-12"));
    const auto opened = unseal(directory(), facts, *other, [](auto) { return ok(); });
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Misconfigured);
}

TEST_F(SealedMessageTest, AnErrorOfTheSinkEndsTheReading) {
    const SealedFacts facts = seal(text_of_size(3 * kSealedChunk));
    int calls = 0;
    const auto opened = unseal(directory(), facts, *key_, [&](auto) -> Result<void> {
        ++calls;
        return policy::fail(ErrorKind::Temporary, "no more");
    });
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().what, "no more");
    EXPECT_EQ(calls, 1);
}

TEST_F(SealedMessageTest, WhatIsNotKeptLeavesNothingBehind) {
    {
        auto abandoned = SealedWriter::create(directory(), key_->public_key());
        ASSERT_TRUE(abandoned->append(bytes_of("half a mess")));
    }
    {
        auto not_committed = SealedWriter::create(directory(), key_->public_key());
        ASSERT_TRUE(not_committed->finish("envelope"));
        EXPECT_EQ(files(), 1);
        const SealedWriter moved = *std::move(not_committed);
        EXPECT_EQ(files(), 1);
    }
    EXPECT_EQ(files(), 0);
}

TEST_F(SealedMessageTest, ItIsThereOnlyWhenItIsFinished) {
    auto writer = SealedWriter::create(directory(), key_->public_key());
    ASSERT_TRUE(writer->append(bytes_of(text_of_size(3 * kSealedChunk))));
    for (const auto& entry : std::filesystem::directory_iterator(directory())) {
        EXPECT_TRUE(entry.path().filename().string().starts_with(".new-"));
    }
    ASSERT_TRUE(writer->finish("envelope"));
    EXPECT_FALSE(writer->finish("again"));
    EXPECT_FALSE(writer->append(bytes_of("more")));
}

TEST_F(SealedMessageTest, ACrashLeavesWhatTheNextStartRemoves) {
    const pid_t child = test::start_child([&]() -> int {
        auto writer = SealedWriter::create(directory(), key_->public_key());
        ::_exit(writer && writer->append(bytes_of("half")) ? 0 : 1);
    });
    ASSERT_EQ(test::wait_for_child(child), 0);
    EXPECT_EQ(files(), 1);
    EXPECT_EQ(*remove_unfinished(directory()), 1);
    EXPECT_EQ(files(), 0);
}

TEST_F(SealedMessageTest, AFullDiskIsAnErrorThatPasses) {
    const pid_t child = test::start_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{100'000, 100'000};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
        auto writer = SealedWriter::create(directory(), key_->public_key());
        Result<void> written = ok();
        for (int chunk = 0; written && chunk < 8; ++chunk) {
            written = writer->append(bytes_of(text_of_size(kSealedChunk)));
        }
        return !written && written.error().kind == ErrorKind::Temporary ? 0 : 1;
    });
    EXPECT_EQ(test::wait_for_child(child), 0);
    EXPECT_EQ(files(), 0);
}

TEST_F(SealedMessageTest, AMissingDirectoryIsAMatterOfConfiguration) {
    const auto writer = SealedWriter::create(scratch_.file("nowhere"), key_->public_key());
    ASSERT_FALSE(writer);
    EXPECT_EQ(writer.error().kind, ErrorKind::Misconfigured);
}

TEST_F(SealedMessageTest, AMissingFileIsAnError) {
    const SealedFacts facts = seal("one");
    std::filesystem::remove(path_of(facts));
    EXPECT_EQ(failure(facts), ErrorKind::Temporary);
}

}  // namespace
}  // namespace smarttls::store

// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/envelope.h"

#include <gtest/gtest.h>

namespace smarttls::store {
namespace {

SealedEnvelope full() {
    SealedEnvelope envelope{"nta7516", "4jX", "alice@org.example", "alice+smarttls-dane@org.example",
                            {"bob@example.nl", "\"carol 100%\"@example.nl"}};
    envelope.phones = {{"bob@example.nl", "+31612345678"}, {"\"carol 100%\"@example.nl", "+3212345678"}};
    envelope.access_code = "oak % 42\n";
    return envelope;
}

TEST(Envelope, IsReadAsItWasWritten) {
    const auto read = read_envelope(to_text(full()));
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(*read, full());
    EXPECT_EQ(read->phones.at("\"carol 100%\"@example.nl"), "+3212345678");
    EXPECT_EQ(read->access_code, "oak % 42\n");
}

TEST(Envelope, WithoutPhonesAndCodeIsAsItWas) {
    const SealedEnvelope plain{"gdpr", "4jX", "", "+smarttls-pkix", {"bob@example.nl"}};
    EXPECT_EQ(to_text(plain), "smarttls-envelope 1\nclass gdpr\nqueue-id 4jX\nsender \nreleased-as +smarttls-pkix\n"
                              "recipient bob@example.nl\n");
    EXPECT_EQ(read_envelope(to_text(plain)).value(), plain);
}

TEST(Envelope, NamesOfALaterVersionArePassedOver) {
    const auto read = read_envelope("smarttls-envelope 1\nlater thing\nclass gdpr\n");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->class_name, "gdpr");
}

TEST(Envelope, BrokenOnesAreCorrupt) {
    for (const char* text : {"", "smarttls-envelope 2\n", "smarttls-envelope 1\nclass gdpr", "smarttls-envelope 1\nclass\n",
                             "smarttls-envelope 1\nclass %4\n", "smarttls-envelope 1\nphone %zz bob\n"}) {
        const auto read = read_envelope(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().kind, policy::ErrorKind::Corrupt) << text;
    }
}

}  // namespace
}  // namespace smarttls::store

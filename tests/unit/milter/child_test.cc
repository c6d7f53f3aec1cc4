// SPDX-License-Identifier: Apache-2.0
#include "smarttls/mta/child.h"

#include <gtest/gtest.h>

namespace smarttls::milter {
namespace {

using policy::ErrorKind;

TEST(OutputOf, AProgramIsWhatItPrints) {
    const auto printed = mta::output_of({"postconf", "-d", "-h", "smtp_tcp_port", "mail_spool_directory"});
    ASSERT_TRUE(printed) << printed.error().what;
    EXPECT_NE(printed->find("smtp"), std::string::npos) << *printed;
}

TEST(OutputOf, AProgramIsWholeHoweverLongItIs) {
    const auto printed = mta::output_of({"postconf", "-d"});
    ASSERT_TRUE(printed);
    EXPECT_GT(printed->size(), 65536U / 2) << "more than one read";
    EXPECT_EQ(printed->back(), '\n');
    EXPECT_NE(printed->find("\nvirtual_uid_maps ="), std::string::npos) << "the last parameter";
}

TEST(OutputOf, AProgramReadsItsInputToTheEndAndNothingElse) {
    const std::string table = "inline:{ { a=b } }";
    const auto answered = mta::output_of({"postmap", "-c", SMARTTLS_SOURCE_DIR "/conf/postfix", "-q", "-", table}, "x\na\n");
    ASSERT_TRUE(answered) << answered.error().what;
    EXPECT_EQ(*answered, "a\tb\n");
    EXPECT_FALSE(mta::output_of({"postmap", "-c", SMARTTLS_SOURCE_DIR "/conf/postfix", "-q", "-", table})) << "no key, no answer";
}

TEST(OutputOf, AProgramThatFailsIsItsFirstLineOfStandardError) {
    const auto failed = mta::output_of({"postconf", "-c", "/does/not/exist", "mail_name"});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::Misconfigured);
    EXPECT_TRUE(failed.error().what.starts_with("postconf: ")) << failed.error().what;
    EXPECT_NE(failed.error().what.find("/does/not/exist"), std::string::npos);
    EXPECT_EQ(failed.error().what.find('\n'), std::string::npos);
}

TEST(OutputOf, AProgramThatIsNotThereIsATemporaryError) {
    const auto failed = mta::output_of({"no-such-program-here"});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::Temporary);
    EXPECT_TRUE(failed.error().what.starts_with("no-such-program-here: ")) << failed.error().what;
}

}  // namespace
}  // namespace smarttls::milter

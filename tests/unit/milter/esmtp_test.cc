// SPDX-License-Identifier: Apache-2.0
#include "milter/esmtp.h"

#include <gtest/gtest.h>

namespace smarttls::milter {
namespace {

TEST(Esmtp, FindsAValueInAnyCase) {
    EXPECT_EQ(value_of({"SIZE=1", "envid=A+2BB=c"}, "ENVID"), "A+2BB=c");
    EXPECT_EQ(value_of({"SMTPUTF8", "ENVIDX=1"}, "ENVID"), "");
    EXPECT_EQ(value_of({}, "ENVID"), "");
}

TEST(Esmtp, AFailureIsReportedUnlessTheClientAsksForSomethingElse) {
    EXPECT_TRUE(wants_failure_notice({}));
    EXPECT_TRUE(wants_failure_notice({"ORCPT=rfc822;a@b"}));
    EXPECT_TRUE(wants_failure_notice({"NOTIFY=SUCCESS,FAILURE"}));
    EXPECT_TRUE(wants_failure_notice({"notify=failure"}));
    EXPECT_FALSE(wants_failure_notice({"NOTIFY=NEVER"}));
    EXPECT_FALSE(wants_failure_notice({"NOTIFY=DELAY"}));
    EXPECT_FALSE(wants_failure_notice({"NOTIFY=SUCCESS,DELAY"}));
}

TEST(Esmtp, DecodesXtextAndLeavesWhatIsNone) {
    EXPECT_EQ(from_xtext("a+2Bb+3D"), "a+b=");
    EXPECT_EQ(from_xtext("plain"), "plain");
    for (const char* broken : {"a+", "a+2", "a+2b", "a+GG", "a+ 1"}) EXPECT_EQ(from_xtext(broken), broken);
}

}  // namespace
}  // namespace smarttls::milter

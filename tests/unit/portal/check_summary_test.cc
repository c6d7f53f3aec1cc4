// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check_summary.h"

#include <gtest/gtest.h>

#include <sstream>

#include "portal/command/check_progress.h"
#include "tests/unit/portal/check_facts.h"

namespace smarttls::portal {
namespace {

using policy::Level;
using policy::Reason;
using std::chrono_literals::operator""ms;

TEST(CheckSummaryTest, LevelsGradesClassesAndReasonsAreCounted) {
    policy::MailClass gdpr;
    gdpr.name = "gdpr";
    gdpr.level = policy::Floor::Pkix;
    Summary summary({gdpr});
    summary.count(test::verdict(Level::Dane));
    summary.count(test::verdict(Level::Encrypted, {Reason::CertificateExpired}));
    summary.count(test::verdict(Level::Encrypted, {Reason::CertificateExpired, Reason::WeakKey}));
    summary.count(test::verdict(Level::Unknown, {Reason::Timeout}));
    summary.count_without_answer();
    summary.count_without_domain();
    summary.count_repeated(2);
    EXPECT_EQ(summary.done(), 6U);
    EXPECT_EQ(summary.text(6, 1240ms, {}),
              "Summary of 6 domains in 1.2 s; no answer about 1; no domain in 1; 2 named again\n"
              "  Level    dane                    1  25 %  #####\n"
              "           encrypted               2  50 %  ##########\n"
              "           unknown                 1  25 %  #####\n"
              "  Grade    sufficient              3  75 %  ###############\n"
              "           none                    1  25 %  #####\n"
              "  Meets    class gdpr (1 unknown)  1  25 %  #####\n"
              "  Reasons  certificate-expired     2  50 %  ##########\n"
              "           weak-key                1  25 %  #####\n"
              "           timeout                 1  25 %  #####\n");
}

TEST(CheckSummaryTest, AnInterruptedOneSaysHowFarItCame) {
    Summary summary({});
    summary.count(test::verdict(Level::Dane));
    EXPECT_TRUE(summary.text(9, 100ms, {}).starts_with("Summary of 1 domain of 9, interrupted in 0.1 s\n"));
}

TEST(CheckProgressTest, TheLineHasCountRateAndWhatIsLeft) {
    EXPECT_EQ(progress_line(0, 61, 0ms), "[....................]  0 of 61");
    EXPECT_EQ(progress_line(12, 60, 3529ms), "[####................]  12 of 60, 3.4/s, 14 seconds left");
    EXPECT_EQ(progress_line(60, 60, 1000ms), "[####################]  60 of 60, 60.0/s, 0 seconds left");
}

TEST(CheckProgressTest, ItIsShownAtMostTenTimesASecondAndCleared) {
    std::ostringstream err;
    const Progress::Clock::time_point begin{};
    Progress progress(err, 10, Progress::Visibility::Shown, begin);
    progress.show(1, begin + 50ms);
    progress.show(2, begin + 60ms);
    EXPECT_EQ(err.str().find("2 of 10"), std::string::npos);
    progress.show(3, begin + 200ms);
    EXPECT_NE(err.str().find("\r\x1b[K[######..............]  3 of 10"), std::string::npos);
    progress.clear();
    EXPECT_TRUE(err.str().ends_with("left\r\x1b[K"));
}

TEST(CheckProgressTest, WhatIsNoTerminalSeesNothing) {
    std::ostringstream err;
    Progress progress(err, 10, Progress::Visibility::Hidden);
    progress.show(1);
    progress.clear();
    EXPECT_EQ(err.str(), "");
}

}  // namespace
}  // namespace smarttls::portal

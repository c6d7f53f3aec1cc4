// SPDX-License-Identifier: Apache-2.0
#include "smarttls/nta7516.h"

#include <gtest/gtest.h>

namespace smarttls::engine {
namespace {

using namespace std::chrono_literals;
using std::chrono::January;
using std::chrono::year_month_day;

constexpr year_month_day kToday = 2026y / 11 / 23;
const std::string kGood = "v=NTA7516-1;startdate=2019-06;enddate=2027-07;provider=Carrier";

NtaFinding find(const std::string& text, year_month_day today = kToday) {
    return find_nta7516({text}, today);
}

TEST(Nta7516, ReadsARecordAmongOtherTexts) {
    const NtaFinding found = find_nta7516(
        {"v=spf1 -all", kGood + ";ntamx=20 b.example.nl;ntamx=10 a.example.nl", ""}, kToday);
    EXPECT_EQ(found.state, NtaState::Valid);
    ASSERT_TRUE(found.record);
    EXPECT_EQ(found.record->provider, "Carrier");
    EXPECT_EQ(found.record->start, 2019y / 6);
    EXPECT_EQ(found.record->end, 2027y / 7);
    ASSERT_EQ(found.record->ntamx.size(), 2U);
    EXPECT_EQ(found.record->ntamx[0].preference, 10);
    EXPECT_EQ(found.record->ntamx[0].host.str(), "a.example.nl");
    EXPECT_EQ(found.record->ntamx[1].host.str(), "b.example.nl");
}

TEST(Nta7516, HoldsFromTheFirstDayOfItsFirstMonthToTheLastDayOfItsLast) {
    const std::string text = "v=NTA7516-1;startdate=2024-02;enddate=2025-12;provider=x";
    const std::pair<year_month_day, NtaState> rows[] = {
        {2024y / 1 / 31, NtaState::NotYet},  {2024y / 2 / 1, NtaState::Valid},
        {2025y / 12 / 31, NtaState::Valid},  {2026y / 1 / 1, NtaState::Expired},
        {2023y / 12 / 31, NtaState::NotYet}, {2025y / 1 / 15, NtaState::Valid},
    };
    for (const auto& [day, state] : rows) {
        const NtaFinding found = find(text, day);
        EXPECT_EQ(found.state, state) << static_cast<int>(day.year());
        EXPECT_TRUE(found.record);
    }
}

TEST(Nta7516, TakesBlanksUnknownFieldsAFinalSemicolonAndTheColonOfOneManual) {
    const NtaFinding found = find(
        " v=NTA7516-1 ; provider = Some Name ; startdate=2026-11;enddate=2026-11;future=1;"
        "ntamx:5  MX.Example.NL.;");
    EXPECT_EQ(found.state, NtaState::Valid) << found.mistake;
    EXPECT_EQ(found.record->provider, "Some Name");
    EXPECT_EQ(found.record->ntamx.at(0).host.str(), "mx.example.nl");
}

TEST(Nta7516, IsNotThereWithoutItsVersion) {
    for (const char* text :
         {"", ";", "v=NTA7516;version:2019-01;expire:2030-12;provider:x;ntamx:a.nl",
          "v=NTA7516-10;startdate=2019-06", "V=NTA7516-1", "x;v=NTA7516-1",
          "v=NTA7516-2;startdate=2019-06;enddate=2027-07;provider=x"}) {
        EXPECT_EQ(find(text).state, NtaState::None) << text;
    }
    EXPECT_EQ(find_nta7516({}, kToday).state, NtaState::None);
}

TEST(Nta7516, IsNobodysWhenThereAreSeveral) {
    const NtaFinding found = find_nta7516({kGood, "v=NTA7516-1;broken"}, kToday);
    EXPECT_EQ(found.state, NtaState::Several);
    EXPECT_FALSE(found.record);
}

TEST(Nta7516, SaysWhatIsWrong) {
    const std::pair<std::string, std::string> rows[] = {
        {"v=NTA7516-1", "startdate is missing"},
        {"v=NTA7516-1;startdate=2019-06", "enddate is missing"},
        {"v=NTA7516-1;startdate=2019-06;enddate=2027-07", "provider is missing"},
        {kGood + ";provider=Other", "\"provider\" is given a second time"},
        {kGood + ";startdate=2020-01", "\"startdate\" is given a second time"},
        {kGood + ";hello", "\"hello\" is no field"},
        {kGood + ";ntamx=mx.example.nl", "is no preference and host"},
        {kGood + ";ntamx=10", "is no preference and host"},
        {kGood + ";ntamx=65536 mx.example.nl", "is no preference and host"},
        {kGood + ";ntamx=10 192.0.2.1", "ntamx: "},
        {kGood + ";ntamx=10 a b", "ntamx: "},
        {"v=NTA7516-1;startdate=2027-07;enddate=2019-06;provider=x", "enddate is before startdate"},
        {"v=NTA7516-1;startdate=2019-06;enddate=2027-07;provider=", "provider: \"\" is no name"},
        {"v=NTA7516-1;startdate=2019-06;enddate=2027-07;provider=\x1b[1m", "is no name"},
    };
    for (const auto& [text, what] : rows) {
        const NtaFinding found = find(text);
        EXPECT_EQ(found.state, NtaState::Malformed) << text;
        EXPECT_FALSE(found.record);
        EXPECT_NE(found.mistake.find(what), std::string::npos) << found.mistake;
    }
}

TEST(Nta7516, KnowsMonthsByTheirShape) {
    for (const char* month : {"", "2019", "2019-6", "2019-00", "2019-13", "2019/06", "19-06-01",
                              "2019-06-01", "-019-06", "2019--6", "2019- 6", "20x9-06"}) {
        const NtaFinding found =
            find("v=NTA7516-1;provider=x;enddate=2027-07;startdate=" + std::string(month));
        EXPECT_EQ(found.state, NtaState::Malformed) << month;
        EXPECT_NE(found.mistake.find("is no month like"), std::string::npos) << found.mistake;
    }
}

TEST(Nta7516, BoundsTheNumberOfHosts) {
    std::string text = kGood;
    for (int i = 0; i < 10; ++i) text += ";ntamx=1 mx.example.nl";
    EXPECT_EQ(find(text).state, NtaState::Valid);
    EXPECT_EQ(find(text + ";ntamx=1 mx.example.nl").state, NtaState::Malformed);
}

TEST(Nta7516, SurvivesAnyBytes) {
    const std::string text = kGood + ";ntamx=10 a.example.nl";
    for (std::size_t place = 0; place <= text.size(); ++place) {
        EXPECT_NO_THROW((void)find(text.substr(0, place)));
        for (const char byte : {'\0', ';', '=', '\xff', '-', ' '}) {
            std::string changed = text;
            changed.insert(place, 1, byte);
            EXPECT_NO_THROW((void)find(changed));
        }
    }
}

TEST(Nta7516, KnowsTheDateInAmsterdam) {
    using std::chrono::sys_days;
    // Winter: UTC+1.
    EXPECT_EQ(day_in_amsterdam(sys_days(2026y / 1 / 31) + 22h + 59min + 59s), 2026y / 1 / 31);
    EXPECT_EQ(day_in_amsterdam(sys_days(2026y / 1 / 31) + 23h), 2026y / 2 / 1);
    // Summer: UTC+2. In 2024 it began on 31 March and ended on 27 October.
    EXPECT_EQ(day_in_amsterdam(sys_days(2026y / 6 / 30) + 21h + 59min + 59s), 2026y / 6 / 30);
    EXPECT_EQ(day_in_amsterdam(sys_days(2026y / 6 / 30) + 22h), 2026y / 7 / 1);
    EXPECT_EQ(day_in_amsterdam(sys_days(2024y / 3 / 30) + 22h + 30min), 2024y / 3 / 30);
    EXPECT_EQ(day_in_amsterdam(sys_days(2024y / 3 / 31) + 22h), 2024y / 4 / 1);
    EXPECT_EQ(day_in_amsterdam(sys_days(2024y / 10 / 26) + 22h), 2024y / 10 / 27);
    EXPECT_EQ(day_in_amsterdam(sys_days(2024y / 10 / 27) + 22h + 30min), 2024y / 10 / 27);
}

}  // namespace
}  // namespace smarttls::engine

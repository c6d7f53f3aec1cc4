// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_arguments.h"

#include "tests/unit/portal/zone.h"

namespace smarttls::portal {
namespace {

using policy::ErrorKind;
using store::EvidenceTime;

constexpr EvidenceTime kNow{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) +
                            std::chrono::hours(8)};

EvidenceTime utc(int year, int month, int day, int hour, int minute = 0, int second = 0) {
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second);
}

using ArgumentsTest = test::CentralEuropeanTime;

TEST_F(ArgumentsTest, TimesAreLocalOrCountBackFromNow) {
    struct Row {
        std::string text;
        EvidenceTime time;
    };
    const std::vector<Row> table{
        {"2026-11-23", utc(2026, 11, 22, 23)},
        {"2026-11-23T08:00", utc(2026, 11, 23, 7)},
        {"2026-11-23T08:00:30", utc(2026, 11, 23, 7, 0, 30)},
        {"2026-07-01T08:00", utc(2026, 7, 1, 6)},
        {"2024-02-29", utc(2024, 2, 28, 23)},
        {"-30m", kNow - std::chrono::minutes(30)},
        {"-2h", kNow - std::chrono::hours(2)},
        {"-7d", kNow - std::chrono::days(7)},
        {"-4294967295d", kNow - std::chrono::days(4294967295)},
    };
    for (const auto& [text, time] : table) {
        const auto parsed = parse_time(text, kNow);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(*parsed, time) << text;
    }
}

TEST_F(ArgumentsTest, WhatIsNoTimeIsSaid) {
    for (const std::string text : {"",
                                   "-",
                                   "-2",
                                   "-h",
                                   "-2w",
                                   "--2h",
                                   "-2 h",
                                   "-4294967296d",
                                   "2h",
                                   "now",
                                   "2026",
                                   "2026-11",
                                   "2026-13-01",
                                   "2026-02-29",
                                   "2026-00-10",
                                   "2026-1-1",
                                   "2026-11-23T",
                                   "2026-11-23T8:00",
                                   "2026-11-23T24:00",
                                   "2026-11-23T08:60",
                                   "2026-11-23T08:00:60",
                                   "2026-11-23 08:00",
                                   "2026-11-23T08:00Z",
                                   "2026-11-23T08:00:00x",
                                   "20x6-11-23"}) {
        const auto parsed = parse_time(text, kNow);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().kind, ErrorKind::Malformed);
    }
    EXPECT_EQ(parse_time("soon", kNow).error().what,
              "\"soon\" is not a time such as 2026-11-23, 2026-11-23T08:00, -2h or -7d");
}

TEST_F(ArgumentsTest, ShowTakesOneQueueId) {
    EXPECT_EQ(parse_show({"A1"})->queue_id, "A1");
    EXPECT_FALSE(parse_show({"A1"})->json);
    EXPECT_TRUE(parse_show({"A1", "--json"})->json);
    EXPECT_TRUE(parse_show({"--json", "A1"})->json);
    EXPECT_TRUE(parse_show({"--help"})->help);
    for (const std::vector<std::string>& wrong :
         std::vector<std::vector<std::string>>{{},
                                               {""},
                                               {"--json"},
                                               {"A1", "B2"},
                                               {"A1", "--jso"},
                                               {"A1", "--colour"},
                                               {"-x", "A1"}}) {
        const auto show = parse_show(wrong);
        ASSERT_FALSE(show);
        EXPECT_EQ(show.error().kind, ErrorKind::Malformed);
    }
}

TEST_F(ArgumentsTest, SearchTakesEveryConditionInBothForms) {
    const auto search =
        parse_search({"--since", "-2h", "--until=2026-11-23", "--class", "medical", "--domain",
                      "Example.NL.", "--address=bob@example.nl", "--queue-id", "A1", "--outcome",
                      "hold", "--event", "Erasure", "--limit", "7", "--before", "12", "--json"},
                     kNow);
    ASSERT_TRUE(search) << search.error().what;
    EXPECT_EQ(search->query.since, kNow - std::chrono::hours(2));
    EXPECT_EQ(search->query.until, utc(2026, 11, 22, 23));
    EXPECT_EQ(search->query.class_name, "medical");
    EXPECT_EQ(search->query.domain, "Example.NL");
    EXPECT_EQ(search->query.address, "bob@example.nl");
    EXPECT_EQ(search->query.queue_id, "A1");
    EXPECT_EQ(search->query.outcome, "hold");
    EXPECT_EQ(search->query.event, "Erasure");
    EXPECT_EQ(search->limit, 7U);
    EXPECT_EQ(search->before, 12);
    EXPECT_TRUE(search->json);
    const auto nothing = parse_search({}, kNow);
    EXPECT_EQ(nothing->limit, 100U);
    EXPECT_FALSE(nothing->query.since);
}

TEST_F(ArgumentsTest, ASearchThatCannotBeMeantIsRefused) {
    for (const std::vector<std::string>& wrong :
         std::vector<std::vector<std::string>>{{"stray"},
                                               {"--since"},
                                               {"--since", "yesterday"},
                                               {"--until=2h"},
                                               {"--domain="},
                                               {"--domain", ""},
                                               {"--limit", "0"},
                                               {"--limit", "-1"},
                                               {"--limit", "10x"},
                                               {"--limit", "1000001"},
                                               {"--limit", "99999999999999999999"},
                                               {"--before", "0"},
                                               {"--before", "9223372036854775808"},
                                               {"--class", "a", "--class", "b"},
                                               {"--dom", "example.nl"}}) {
        const auto search = parse_search(wrong, kNow);
        ASSERT_FALSE(search) << wrong[0];
        EXPECT_EQ(search.error().kind, ErrorKind::Malformed);
        EXPECT_TRUE(search.error().what.starts_with("evidence search: "));
    }
}

}  // namespace
}  // namespace smarttls::portal

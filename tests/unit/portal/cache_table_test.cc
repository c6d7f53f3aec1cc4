// SPDX-License-Identifier: Apache-2.0
#include "portal/command/cache_table.h"

#include <gtest/gtest.h>

#include <sstream>

#include "portal/command/cache.h"
#include "tests/unit/portal/zone.h"

namespace smarttls::portal {
namespace {

const std::chrono::sys_seconds kNow{std::chrono::seconds(1'795'420'800)};  // 2026-11-23T08:00:00Z

const std::string kEntry = R"({"domain":"a.nl","level":"plaintext","grade":"none",
 "reasons":["downgrade"],"checked":"2026-11-23T07:58:00Z","expires":"2026-11-23T08:03:00Z",
 "used":"2026-11-23T07:59:59Z","best_seen":"dane","best_seen_at":"2026-11-21T07:58:00Z","in":"memory"})";

TEST(CacheTable, ShowsSizesAndOneLinePerDomain) {
    const std::string table = cache_table(
        R"({"memory":{"entries":1,"bytes":1048576},"file":{"entries":2,"bytes":2621440},"entries":[)" +
            kEntry + R"(,{"domain":"bb.nl","level":"dane","grade":"good","checked":"2026-11-23T04:00:00Z",
            "expires":"2026-11-23T07:50:00Z","in":"memory","stale":true}]})",
        kNow, Style::Plain);
    EXPECT_EQ(table,
              "1 in memory (1.0 MiB), 2 in file (2.5 MiB)\n\n"
              "DOMAIN  LEVEL      GRADE  AGE    EXPIRES     BEST SEEN  WHERE\n"
              "a.nl    plaintext  none   2 min  in 3 min    dane       memory\n"
              "bb.nl   dane       good   4 h    10 min ago             stale\n");
    EXPECT_EQ(cache_table(R"({"memory":{"entries":0,"bytes":0},"entries":[]})", kNow, Style::Plain),
              "0 in memory (0.0 MiB)\n");
}

class CacheTableInTheNetherlands : public test::CentralEuropeanTime {};

TEST_F(CacheTableInTheNetherlands, ShowsOneDomainInLines) {
    EXPECT_EQ(cache_entry_lines(kEntry, kNow, Style::Plain),
              "a.nl: plaintext, grade none\n"
              "  Checked    2026-11-23 08:58:00 CET (2 min ago)\n"
              "  Expires    2026-11-23 09:03:00 CET (in 3 min)\n"
              "  Used       2026-11-23 08:59:59 CET (1 s ago)\n"
              "  Best seen  2026-11-21 08:58:00 CET (dane)\n"
              "  Reasons    downgrade\n"
              "  Kept in    memory\n");
}

TEST(CacheTable, SaysWhyARenewalFailed) {
    std::string entry = kEntry;
    entry.insert(1, R"("stale":true,"failed":{"reasons":["timeout"],"retry":"2026-11-23T08:01:00Z"},)");
    EXPECT_NE(cache_entry_lines(entry, kNow, Style::Plain).find("Renewal    served stale: failed: timeout"),
              std::string::npos);
}

TEST(CacheTable, StaysCalmAboutWhatIsNotTheEnginesJson) {
    for (const std::string text : {"", "[]", "{}", R"({"entries":1})", "{\"entries\":[1]"}) {
        EXPECT_EQ(cache_table(text, kNow, Style::Plain), "The engine's answer is not readable.\n");
    }
    EXPECT_EQ(cache_table(R"({"entries":[1,{}]})", kNow, Style::Plain).find("\x1b"), std::string::npos);
    EXPECT_EQ(cache_entry_lines("x", kNow, Style::Plain), "The engine's answer is not readable.\n");
}

TEST(CacheCommand, EndsWithTheStatusOfSysexits) {
    policy::Config config;
    config.engine.socket = "/nonexistent/engine.sock";
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(cache_show(config, {"a.nl"}, out, err), 69);
    EXPECT_NE(err.str().find("smarttlsd does not answer on /nonexistent/engine.sock"), std::string::npos);
    EXPECT_EQ(cache_show(config, {"--help"}, out, err), 0);
    EXPECT_EQ(cache_show(config, {"a.nl", "b.nl"}, out, err), 2);
    EXPECT_EQ(cache_show(config, {"a b"}, out, err), 2);
    EXPECT_EQ(cache_flush(config, {}, out, err), 2);
    EXPECT_EQ(cache_flush(config, {"--all", "a.nl"}, out, err), 2);
    EXPECT_EQ(cache_flush(config, {"--all"}, out, err), 69);
    EXPECT_EQ(cache_flush(config, {"--help"}, out, err), 0);
}

}  // namespace
}  // namespace smarttls::portal

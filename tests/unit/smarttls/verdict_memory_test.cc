// SPDX-License-Identifier: Apache-2.0
#include "smarttls/verdict_memory.h"

#include <gtest/gtest.h>

#include "tests/unit/smarttls/verdicts.h"

namespace smarttls::engine {
namespace {

using policy::Level;
using std::chrono::seconds;

const policy::WallTime kNow = at("2026-11-23T08:00:00Z");

VerdictPtr kept(const std::string& domain) {
    return std::make_shared<const KeptVerdict>(verdict(domain, Level::Dane));
}

TEST(VerdictMemory, KeepsWithinItsBytesByDroppingTheLeastRecentlyUsed) {
    VerdictMemory probe(10, 1'000'000);
    probe.put("a.nl", kept("a.nl"), {});
    const std::size_t one = probe.bytes();
    VerdictMemory memory(10, 2 * one);
    for (const std::string domain : {"a.nl", "b.nl"}) memory.put(domain, kept(domain), {});
    ASSERT_NE(memory.use("a.nl", kNow), nullptr);
    memory.put("c.nl", kept("c.nl"), {});
    EXPECT_EQ(memory.find("b.nl"), nullptr);
    EXPECT_NE(memory.find("a.nl"), nullptr);
    EXPECT_EQ(memory.bytes(), 2 * one);
    EXPECT_TRUE(memory.erase("a.nl"));
    EXPECT_FALSE(memory.erase("a.nl"));
    EXPECT_EQ(memory.bytes(), one);
    memory.clear();
    EXPECT_EQ(memory.bytes(), 0U);
    EXPECT_TRUE(memory.entries().empty());
}

TEST(VerdictMemory, KeepsTheTimesOfUseWhenAVerdictIsReplaced) {
    VerdictMemory memory(10, 1'000'000);
    memory.put("a.nl", kept("a.nl"), {});
    ASSERT_NE(memory.use("a.nl", kNow), nullptr);
    EXPECT_EQ(memory.put("a.nl", kept("a.nl"), {}).used, kNow);
    EXPECT_EQ(memory.entries().size(), 1U);
}

TEST(VerdictMemory, GivesWhatIsDueOnceAndEarliestFirst) {
    VerdictMemory memory(10, 1'000'000);
    for (const std::string domain : {"a.nl", "b.nl", "c.nl", "d.nl"}) {
        memory.put(domain, kept(domain), {});
    }
    memory.schedule(*memory.find("a.nl"), kNow + seconds(2));
    memory.schedule(*memory.find("b.nl"), kNow + seconds(9));
    memory.schedule(*memory.find("b.nl"), kNow + seconds(1));
    memory.schedule(*memory.find("c.nl"), kNow + seconds(3));
    memory.schedule(*memory.find("d.nl"), kNow);
    memory.erase("d.nl");
    EXPECT_TRUE(memory.take_due(kNow, 9).empty());
    EXPECT_EQ(memory.take_due(kNow + seconds(2), 1), std::vector<std::string>{"b.nl"});
    EXPECT_EQ(memory.take_due(kNow + seconds(9), 9), (std::vector<std::string>{"a.nl", "c.nl"}));
    EXPECT_TRUE(memory.take_due(kNow + seconds(9), 9).empty());
}

}  // namespace
}  // namespace smarttls::engine

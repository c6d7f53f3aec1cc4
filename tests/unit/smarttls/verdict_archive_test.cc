// SPDX-License-Identifier: Apache-2.0
#include "smarttls/verdict_archive.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <fstream>

#include "tests/unit/smarttls/running_server.h"

namespace smarttls::engine {
namespace {

using policy::Level;
using std::chrono::hours;

const policy::WallTime kNow = at("2026-11-23T08:00:00Z");

ArchivedVerdict row(const std::string& domain, Level level, policy::WallTime used = kNow) {
    return {std::make_shared<const KeptVerdict>(verdict(domain, level)),
            {Level::Dane, kNow - hours(1), Level::Plaintext},
            used};
}

class VerdictsOnDisk : public testing::Test {
  protected:
    void open(ArchiveLimits limits = {1 << 30, hours(24), 7}) {
        archive_.reset();
        auto opened = VerdictArchive::open(path_, limits, io_.get_executor());
        ASSERT_TRUE(opened) << opened.error().what;
        archive_ = *std::move(opened);
    }
    std::optional<ArchivedVerdict> find(const std::string& domain) {
        std::optional<ArchivedVerdict> found;
        archive_->find(domain, [&](std::optional<ArchivedVerdict> row) { found = std::move(row); });
        settle();
        return found;
    }
    /// Until the threads of the archive have nothing left to do.
    void settle() {
        io_.restart();
        io_.run();
    }
    void commit(policy::WallTime now = kNow) {
        archive_->commit(now);
        settle();
    }
    VerdictArchive::Listing list() {
        VerdictArchive::Listing listing;
        archive_->list(10, [&](VerdictArchive::Listing found) { listing = std::move(found); });
        settle();
        return listing;
    }

    TemporaryDirectory directory_;
    const std::string path_ = directory_ / "cache.db";
    boost::asio::io_context io_;
    std::unique_ptr<VerdictArchive> archive_;
};

TEST_F(VerdictsOnDisk, ComeBackAfterARestart) {
    open();
    archive_->put("a.nl", row("a.nl", Level::Pkix));
    commit();
    archive_->put("b.nl", row("b.nl", Level::Dane));  // the destructor commits it
    open();
    const auto found = find("a.nl");
    ASSERT_TRUE(found && found->verdict);
    EXPECT_EQ(found->verdict->level, Level::Pkix);
    EXPECT_EQ(found->verdict->json(), to_json(verdict("a.nl", Level::Pkix)));
    EXPECT_EQ(found->used, kNow);
    EXPECT_EQ(found->best.level, Level::Dane);
    EXPECT_EQ(found->best.seen, kNow - hours(1));
    EXPECT_EQ(found->best.alarmed, Level::Plaintext);
    EXPECT_TRUE(find("b.nl"));
    EXPECT_FALSE(find("c.nl"));
}

TEST_F(VerdictsOnDisk, AreFoundAndGoneBeforeTheyAreCommitted) {
    open();
    archive_->put("a.nl", row("a.nl", Level::Pkix));
    EXPECT_TRUE(find("a.nl"));
    commit();
    archive_->put("a.nl", row("a.nl", Level::Dane));
    archive_->commit(kNow);
    archive_->erase("a.nl");  // while the commit runs
    EXPECT_FALSE(find("a.nl"));
    commit();
    EXPECT_FALSE(find("a.nl"));
    archive_->put("b.nl", row("b.nl", Level::Dane));
    commit();
    archive_->erase_all();
    EXPECT_FALSE(find("b.nl"));
    archive_->put("c.nl", row("c.nl", Level::Dane));
    commit();
    EXPECT_FALSE(find("b.nl"));
    EXPECT_TRUE(find("c.nl"));
}

TEST_F(VerdictsOnDisk, OfOtherSettingsAreRememberedForTheirBestLevelAlone) {
    open({1 << 30, hours(24), 7});
    archive_->put("a.nl", row("a.nl", Level::Pkix));
    open({1 << 30, hours(24), 8});
    const auto found = find("a.nl");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->verdict, nullptr);
    EXPECT_EQ(found->best.level, Level::Dane);
    EXPECT_EQ(list().rows, 1);
    EXPECT_TRUE(list().used.empty());
}

TEST_F(VerdictsOnDisk, AreListedLastUsedFirst) {
    open();
    archive_->put("a.nl", row("a.nl", Level::Pkix, kNow));
    archive_->put("b.nl", row("b.nl", Level::Dane, kNow + hours(1)));
    commit();
    const auto listing = list();
    ASSERT_EQ(listing.used.size(), 2U);
    EXPECT_EQ(listing.used[0].next_hop, "b.nl");
    EXPECT_EQ(listing.rows, 2);
    EXPECT_GT(listing.bytes, 0);
}

TEST_F(VerdictsOnDisk, GoWhenNobodyUsedThemForLong) {
    open();
    archive_->put("a.nl", row("a.nl", Level::Pkix, kNow));
    archive_->put("b.nl", row("b.nl", Level::Pkix, kNow + hours(2)));
    commit(kNow + hours(25));
    EXPECT_FALSE(find("a.nl"));
    EXPECT_TRUE(find("b.nl"));
}

TEST_F(VerdictsOnDisk, StayWithinTheirBytesByDroppingWhatWasUsedLongestAgo) {
    constexpr std::uint64_t kMost = 2'000'000;
    open({kMost, hours(24 * 365), 7});
    for (int i = 0; i < 5000; ++i) {
        const std::string domain = "d" + std::to_string(i) + ".nl";
        auto one = verdict(domain, Level::Dane, {host(std::string(500, 'x') + ".nl", Level::Dane)});
        archive_->put(domain, {std::make_shared<const KeptVerdict>(std::move(one)), {}, kNow + std::chrono::seconds(i)});
        if (i % 1000 == 999) commit();
    }
    const auto listing = list();
    EXPECT_LE(listing.bytes, static_cast<std::int64_t>(kMost));
    EXPECT_GT(listing.rows, 500);
    EXPECT_TRUE(find("d4999.nl"));
    EXPECT_FALSE(find("d0.nl"));
}

TEST_F(VerdictsOnDisk, AreNoVerdictsWhenTheirRowIsDamagedOrAboutAnotherDomain) {
    open();
    archive_->put("a.nl", row("a.nl", Level::Pkix));
    archive_->put("b.nl", row("b.nl", Level::Pkix));
    commit();
    auto database = store::Database::open(path_, store::OpenMode::Existing);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->exec("UPDATE verdict SET json = '{\"domain\"' WHERE next_hop = 'a.nl'"));
    ASSERT_TRUE(database->exec("UPDATE verdict SET next_hop = 'c.nl' WHERE next_hop = 'b.nl'"));
    for (const std::string domain : {"a.nl", "c.nl"}) {
        const auto found = find(domain);
        ASSERT_TRUE(found);
        EXPECT_EQ(found->verdict, nullptr);
    }
}

TEST_F(VerdictsOnDisk, GoOnWithoutADiskAndSaySoOnce) {
    open();
    archive_->put("a.nl", row("a.nl", Level::Pkix));
    commit();
    std::filesystem::remove(path_);
    testing::internal::CaptureStderr();
    for (const std::string domain : {"b.nl", "c.nl"}) {
        archive_->put(domain, row(domain, Level::Pkix));
        commit();
    }
    const std::string text = testing::internal::GetCapturedStderr();
    const auto first = text.find("cache-file: verdicts are kept in memory only: the file was removed");
    ASSERT_NE(first, std::string::npos) << text;
    EXPECT_EQ(text.find("cache-file", first + 1), std::string::npos) << text;
}

std::string refusal(const std::string& path) {
    boost::asio::io_context io;
    const auto opened = VerdictArchive::open(path, {}, io.get_executor());
    return opened ? "opened" : opened.error().what;
}

TEST_F(VerdictsOnDisk, AreNotKeptInWhatIsNotOurs) {
    std::ofstream(path_) << std::string(5000, 'x');
    EXPECT_NE(refusal(path_).find("not a database"), std::string::npos) << refusal(path_);
    const std::string other = directory_ / "other.db";
    {
        auto database = store::Database::open(other, store::OpenMode::ReadWrite);
        ASSERT_TRUE(database->exec("CREATE TABLE evidence (id INTEGER)"));
    }
    EXPECT_NE(refusal(other).find("the database of another program"), std::string::npos);
    auto database = store::Database::open(other, store::OpenMode::ReadOnly);
    EXPECT_EQ(database->query_integer("SELECT count(*) FROM sqlite_schema").value(), 1);
    EXPECT_NE(refusal(directory_ / "no/such/cache.db").find("no/such/cache.db"), std::string::npos);
}

TEST_F(VerdictsOnDisk, AreNotKeptInTheFileOfANewerProgram) {
    open();
    archive_.reset();
    {
        auto database = store::Database::open(path_, store::OpenMode::Existing);
        ASSERT_TRUE(database->exec("PRAGMA user_version = 2"));
    }
    EXPECT_NE(refusal(path_).find("newer version of this program"), std::string::npos);
}

TEST_F(VerdictsOnDisk, AreKeptBesideThePoliciesOfAnOlderProgram) {
    {
        auto database = store::Database::open(path_, store::OpenMode::ReadWrite);
        ASSERT_TRUE(database->exec("CREATE TABLE sts_policy (domain TEXT PRIMARY KEY, id TEXT NOT NULL,"
                                   " policy TEXT NOT NULL, fetched INTEGER NOT NULL,"
                                   " expires INTEGER NOT NULL) STRICT, WITHOUT ROWID"));
    }
    open();
    archive_->put("a.nl", row("a.nl", Level::Pkix));
    commit();
    EXPECT_TRUE(find("a.nl"));
}

}  // namespace
}  // namespace smarttls::engine

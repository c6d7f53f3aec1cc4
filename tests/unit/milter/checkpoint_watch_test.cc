// SPDX-License-Identifier: Apache-2.0
#include "milter/checkpoint_watch.h"

#include "store/checkpoints.h"
#include "store/log/timestamp.h"
#include "tests/unit/milter/timestamp_server.h"
#include "tests/unit/store/keyed_store.h"
#include "tests/unit/store/log/test_authority.h"

namespace smarttls::milter {
namespace {

using std::chrono_literals::operator""ms;
using store::test::eventually;
using store::test::record;
using store::test::soon;

class CheckpointWatchTest : public testing::Test {
  protected:
    void use_authority(const std::string& path) {
        store_.settings.timestamp_url = server_.url("http", path);
        store_.settings.timestamp_ca = authority_.file("ca.pem");
    }
    [[nodiscard]] store::StoredCheckpoint newest() const {
        const auto found = store::newest_checkpoint(store_.settings.evidence);
        return found && *found ? **found : store::StoredCheckpoint{};
    }
    store::test::ScratchDirectory directory_;
    store::test::KeyedStore store_{directory_};
    const store::test::TestAuthority authority_;
    const test::TimestampServerProcess server_{authority_.file("")};
};

TEST_F(CheckpointWatchTest, EachNewCheckpointGetsATimeThatCanBeVerifiedLater) {
    use_authority("/tsa");
    const auto writer = *store::EvidenceWriter::open(store_.settings, 10ms);
    const CheckpointWatch watch(store_.settings, *writer, 10ms);
    for (const std::uint64_t size : {1U, 2U}) {
        ASSERT_TRUE(writer->append(record("A"), soon()));
        ASSERT_TRUE(eventually([&] { return newest().size == size && !newest().token.empty(); }));
        const auto stamped = newest();
        const auto verified = store::verify_timestamp(stamped.token, store::bytes_of(stamped.note), store_.settings.timestamp_ca);
        EXPECT_TRUE(verified) << verified.error().what;
    }
}

TEST_F(CheckpointWatchTest, AnAuthorityThatFailsHoldsNothingUpAndIsAskedOnceForEachCheckpoint) {
    use_authority("/busy");
    const auto writer = *store::EvidenceWriter::open(store_.settings, 10ms);
    ASSERT_TRUE(writer->append(record("A"), soon()));
    ASSERT_TRUE(eventually([&] { return newest().size == 1; }));
    testing::internal::CaptureStderr();
    {
        const CheckpointWatch watch(store_.settings, *writer, 5ms);
        ASSERT_TRUE(writer->append(record("B"), soon()));
        ASSERT_TRUE(eventually([&] { return newest().size == 2; }));
        std::this_thread::sleep_for(100ms);  // many rounds, in which nothing may happen
    }
    const std::string told = testing::internal::GetCapturedStderr();
    const std::size_t first = told.find("HTTP status 503");
    EXPECT_NE(first, std::string::npos) << told;
    EXPECT_EQ(told.find("HTTP status 503", first + 1), std::string::npos) << told;
    EXPECT_TRUE(newest().token.empty());
}

TEST_F(CheckpointWatchTest, AnAnswerThatDoesNotLeadToTheAuthoritiesOfTheFileIsNotKept) {
    use_authority("/tsa");
    store_.settings.timestamp_ca = authority_.file("other.pem");
    const auto token = stamp(store_.settings, "note\n");
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().kind, policy::ErrorKind::Untrusted);
    store_.settings.timestamp_ca.clear();
    EXPECT_EQ(stamp(store_.settings, "note\n").error().kind, policy::ErrorKind::Misconfigured);
}

}  // namespace
}  // namespace smarttls::milter

// SPDX-License-Identifier: Apache-2.0
#include "store/event_feed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/unit/store/keyed_store.h"

namespace smarttls::store {
namespace {

class EventFeedTest : public ::testing::Test {
  protected:
    EventFeedTest() { store_.settings.events.file = directory_.file("events.jsonl"); }
    [[nodiscard]] std::string told() const {
        std::ifstream file(store_.settings.events.file);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    test::ScratchDirectory directory_;
    test::KeyedStore store_{directory_};
};

TEST_F(EventFeedTest, EachEventIsOneLineWithoutAnythingPersonal) {
    ASSERT_TRUE(store_.append({test::record("A1"), test::record("B\n2")}));
    const std::string text = told();
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
    EXPECT_TRUE(text.starts_with(R"({"schema":"smarttls-event/1","id":1,"identifier":")"));
    EXPECT_NE(text.find(R"("event":"http://uri.etsi.org/19522/Event/SubmissionAcceptance")"), std::string::npos);
    EXPECT_NE(text.find(R"("queue_id":"A1","outcome":"direct","floor":"dane")"), std::string::npos);
    EXPECT_NE(text.find(R"("recipients":[{"domain":"example.nl","outcome":"direct","rule":"meets-level")"), std::string::npos);
    for (const std::string_view personal : {"bob", "alice", "servers of"}) EXPECT_EQ(text.find(personal), std::string::npos);
}

TEST_F(EventFeedTest, PeopleAreNamedWhereTheConfigurationSaysSo) {
    store_.settings.events.with_personal_data = true;
    ASSERT_TRUE(store_.append({test::record("A1")}));
    EXPECT_NE(told().find(R"("address":"bob@example.nl")"), std::string::npos);
    EXPECT_NE(told().find(R"("sender":"alice@org.example")"), std::string::npos);
}

TEST_F(EventFeedTest, TheWriterTellsWhatItHasCommittedAndGoesOnWithoutTheFile) {
    auto writer = EvidenceWriter::open(store_.settings);
    ASSERT_TRUE(writer) << writer.error().what;
    ASSERT_TRUE((*writer)->append(test::record("A1"), test::soon()));
    EXPECT_TRUE(test::eventually([&] { return !told().empty(); }));
    std::filesystem::remove(store_.settings.events.file);
    std::filesystem::create_directory(store_.settings.events.file);  // nothing can be written to it
    ASSERT_TRUE((*writer)->append(test::record("B2"), test::soon()));
    EXPECT_TRUE(test::eventually([&] { return (*writer)->counters().untold == 1; }));
}

}  // namespace
}  // namespace smarttls::store

// SPDX-License-Identifier: Apache-2.0
#include "milter/reload.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/store/scratch.h"

namespace smarttls::milter {
namespace {

using policy::Config;

Config parsed(const std::string& text) {
    auto config = policy::parse_config({{"test", text + "\n[class.gdpr]\nlevel = pkix\n"}});
    EXPECT_TRUE(config) << config.error().what;
    return *std::move(config);
}

TEST(ReloadTest, TakesOverClassesAndWhatSessionsRead) {
    const Reload read = take_over(parsed(""), parsed("[milter]\ncontrol-header = X-Other\ntrusted-network = 192.0.2.0/24\n"
                                                     "session-limit = 7\n[engine]\nsocket = /e\n[class.extra]\nlevel = pkix\n"));
    EXPECT_TRUE(read.kept.empty());
    EXPECT_EQ(read.config.milter.control_header, "X-Other");
    EXPECT_EQ(read.config.milter.session_limit, 7U);
    EXPECT_EQ(read.config.engine.socket, "/e");
    EXPECT_NE(read.config.find_class("extra"), nullptr);
}

TEST(ReloadTest, KeepsAndNamesWhatTakesARestart) {
    const Config running = parsed("");
    const Reload read = take_over(
        running, parsed("[milter]\nsocket = /s\ncanary = 127.0.0.1:26\ncanary-recipient = c@example.org\n"
                        "canary-interval = 1s\nsubmit-to = 127.0.0.1:27\npostfix-config = /p\n"
                        "[store]\nevidence = /ev\nsealed = /se\nmessage-keys = /mk\n"
                        "[delivery-log]\nfile = /f\njournal = j\nmta = sendmail\n"));
    EXPECT_EQ(read.kept, (std::vector<std::string>{
                             "[milter] socket", "[milter] canary", "[milter] canary-recipient",
                             "[milter] canary-interval", "[milter] submit-to", "[milter] postfix-config",
                             "[store] evidence", "[store] sealed", "[store] message-keys",
                             "[delivery-log] file", "[delivery-log] journal", "[delivery-log] mta"}));
    EXPECT_EQ(read.config.milter.socket, running.milter.socket);
    EXPECT_EQ(read.config.milter.submit_to.str(), running.milter.submit_to.str());
    EXPECT_EQ(read.config.store.evidence, running.store.evidence);
}

TEST(ReloadTest, NamesFileAndLineOfEachMistake) {
    const store::test::ScratchDirectory directory;
    const std::string file = directory.file("smarttls.conf");
    std::ofstream(file) << "[milter]\nsokcet = /s\n[class.x]\nlevel = best\n";
    const auto read = reload_config(parsed(""), file);
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().what.find(file + ":2: "), std::string::npos) << read.error().what;
    EXPECT_NE(read.error().what.find(file + ":4: "), std::string::npos) << read.error().what;
}

}  // namespace
}  // namespace smarttls::milter

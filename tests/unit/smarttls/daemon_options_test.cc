// SPDX-License-Identifier: Apache-2.0
#include "smarttls/daemon_options.h"

#include <gtest/gtest.h>

#include <vector>

#include "policy/config.h"

namespace smarttls::engine {
namespace {

struct Ending {
    std::variant<DaemonOptions, int> outcome;
    std::string out;
    std::string err;
};

Ending run(std::vector<const char*> words) {
    words.insert(words.begin(), "smarttlsd");
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    auto outcome = read_daemon_options({"smarttlsd", "is tested"}, static_cast<int>(words.size()),
                                       words.data());
    return {outcome, testing::internal::GetCapturedStdout(),
            testing::internal::GetCapturedStderr()};
}

TEST(DaemonOptions, ReadsTheShippedFileWhenNothingIsSaid) {
    const Ending result = run({});
    const auto& options = std::get<DaemonOptions>(result.outcome);
    EXPECT_EQ(options.config_file, policy::kDefaultConfigFile);
    EXPECT_FALSE(options.check_config);
}

TEST(DaemonOptions, TakesFileAndCheck) {
    for (const auto& words : {std::vector{"--config", "/x.conf", "--check-config"},
                              std::vector{"--check-config", "--config=/x.conf"},
                              std::vector{"-c", "/x.conf", "--check-config"}}) {
        const Ending result = run(words);
        const auto& options = std::get<DaemonOptions>(result.outcome);
        EXPECT_EQ(options.config_file, "/x.conf");
        EXPECT_TRUE(options.check_config);
    }
}

TEST(DaemonOptions, EndsWithHelpAndVersionOnStdout) {
    const Ending help = run({"--help"});
    EXPECT_EQ(std::get<int>(help.outcome), 0);
    EXPECT_NE(help.out.find("smarttlsd: is tested"), std::string::npos);
    EXPECT_NE(help.out.find("--check-config"), std::string::npos);
    const Ending version = run({"--version"});
    EXPECT_EQ(std::get<int>(version.outcome), 0);
    EXPECT_EQ(version.out, "smarttlsd " SMARTTLS_VERSION "\n");
}

TEST(DaemonOptions, EndsWithStatus2OnAMistake) {
    for (const auto& words : {std::vector{"--colour"}, std::vector{"--config"}, std::vector{"x.nl"},
                              std::vector{"--check-config=yes", "x"}}) {
        const Ending result = run(words);
        ASSERT_TRUE(std::holds_alternative<int>(result.outcome)) << words[0];
        EXPECT_EQ(std::get<int>(result.outcome), 2);
        EXPECT_TRUE(result.err.starts_with("smarttlsd: ")) << result.err;
        EXPECT_EQ(result.out, "");
    }
}

}  // namespace
}  // namespace smarttls::engine

// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/trust.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "smarttls/tls/pkix.h"
#include "tests/unit/smarttls/mail/certificates.h"

namespace smarttls::engine {
namespace {

class TrustTest : public testing::Test {
  protected:
    ~TrustTest() override { unlink(file_.c_str()); }

    /// As update-ca-certificates does it: a new file takes the old one's name.
    void write(const std::string& text) const {
        const std::string fresh = file_ + ".new";
        std::ofstream(fresh) << text;
        std::rename(fresh.c_str(), file_.c_str());
    }
    [[nodiscard]] bool trusts(Trust& trust, const Identity& root) const {
        const Identity leaf = issue({.dns_names = {"mx.example.nl"}, .issuer = &root});
        return pkix_defects(chain_of({&leaf}), trust.current(), host_, kNow).empty();
    }

    const std::string file_ =
        testing::TempDir() + "smarttls-trust-" + std::to_string(getpid()) + ".pem";
    const policy::DomainName host_ = policy::DomainName::parse("mx.example.nl").value();
    const Identity old_ = issue({.common_name = "Old", .is_ca = true});
    const Identity new_ = issue({.common_name = "New", .is_ca = true});
};

TEST_F(TrustTest, ReadsTheFileAgainWhenItIsAnother) {
    write(pem_of(old_));
    Trust trust = Trust::open(file_).value();
    EXPECT_TRUE(trusts(trust, old_));
    EXPECT_FALSE(trusts(trust, new_));
    write(pem_of(new_));
    EXPECT_TRUE(trusts(trust, new_));
    EXPECT_FALSE(trusts(trust, old_));
}

TEST_F(TrustTest, KeepsTheContextWhileTheFileIsTheSame) {
    write(pem_of(old_));
    Trust trust = Trust::open(file_).value();
    const auto* const before = trust.current().get();
    EXPECT_EQ(trust.current().get(), before);
}

TEST_F(TrustTest, StaysWithWhatItHasWhileTheFileIsBrokenOrGone) {
    write(pem_of(old_));
    Trust trust = Trust::open(file_).value();
    testing::internal::CaptureStderr();
    write("nothing\n");
    EXPECT_TRUE(trusts(trust, old_));
    EXPECT_TRUE(trusts(trust, old_));
    unlink(file_.c_str());
    EXPECT_TRUE(trusts(trust, old_));
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 2) << "once for each: " << said;
    write(pem_of(new_));
    testing::internal::CaptureStderr();
    EXPECT_TRUE(trusts(trust, new_));
    EXPECT_NE(testing::internal::GetCapturedStderr().find("read again"), std::string::npos);
}

TEST_F(TrustTest, DoesNotOpenWithoutTheFile) {
    EXPECT_EQ(Trust::open(file_ + ".none").error().kind, policy::ErrorKind::Misconfigured);
}

}  // namespace
}  // namespace smarttls::engine

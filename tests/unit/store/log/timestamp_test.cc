// SPDX-License-Identifier: Apache-2.0
#include "store/log/timestamp.h"

#include "test_authority.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::WallTime;
using test::TestAuthority;

WallTime now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

class TimestampTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { authority_ = std::make_unique<TestAuthority>(); }
    static void TearDownTestSuite() { authority_.reset(); }

    [[nodiscard]] static TimestampTrust trust(const std::string& ca = "ca.pem") {
        return {authority_->file(ca), now()};
    }
    [[nodiscard]] Result<StampedToken> check(const Bytes& response) const {
        return check_timestamp_response(request_, response, trust());
    }
    /// What is wrong with it.
    template <class T>
    [[nodiscard]] static std::string why(const Result<T>& result, ErrorKind kind) {
        EXPECT_FALSE(result);
        if (result) return "";
        EXPECT_EQ(result.error().kind, kind) << result.error().what;
        return result.error().what;
    }
    static bool says(const std::string& sentence, const std::string& part) {
        return sentence.find(part) != std::string::npos;
    }
    static std::unique_ptr<TestAuthority> authority_;
    const Bytes note_{'n', 'o', 't', 'e', '\n'};
    const Bytes request_ = make_timestamp_request(note_).value();
};

std::unique_ptr<TestAuthority> TimestampTest::authority_;

TEST_F(TimestampTest, AGoodAnswerTellsTimeSerialAndPolicy) {
    const WallTime before = now();
    const auto stamped = check(authority_->reply(request_));
    ASSERT_TRUE(stamped) << stamped.error().what;
    EXPECT_GE(stamped->timestamp.time, before);
    EXPECT_LE(stamped->timestamp.time, now());
    EXPECT_FALSE(stamped->timestamp.serial.empty());
    EXPECT_EQ(stamped->timestamp.policy, "1.3.6.1.4.1.99999.1");
    EXPECT_EQ(stamped->timestamp.authority, "/CN=tsa");
    const auto again = verify_timestamp(stamped->token, note_, authority_->file("ca.pem"));
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(*again, stamped->timestamp);
}

TEST_F(TimestampTest, EachRequestIsAnother) {
    EXPECT_NE(make_timestamp_request(note_).value(), request_);
    const auto old = authority_->reply(make_timestamp_request(note_).value());
    EXPECT_TRUE(says(why(check(old), ErrorKind::Untrusted), "nonce mismatch"));
}

TEST_F(TimestampTest, ATokenOverOtherBytesIsRefused) {
    const Bytes other{'o'};
    const auto answer = authority_->reply(make_timestamp_request(other).value());
    EXPECT_TRUE(says(why(check(answer), ErrorKind::Untrusted), "message imprint mismatch"));
    const auto stamped = check(authority_->reply(request_));
    const auto verified = verify_timestamp(stamped->token, other, authority_->file("ca.pem"));
    EXPECT_TRUE(says(why(verified, ErrorKind::Untrusted), "message imprint mismatch"));
}

TEST_F(TimestampTest, AnotherCaIsNotTrusted) {
    const auto answer = authority_->reply(request_);
    const auto stamped = check(answer);
    const auto checked = check_timestamp_response(request_, answer, trust("other.pem"));
    EXPECT_TRUE(
        says(why(checked, ErrorKind::Untrusted), "self-signed certificate in certificate chain"));
    const auto verified = verify_timestamp(stamped->token, note_, authority_->file("other.pem"));
    EXPECT_TRUE(
        says(why(verified, ErrorKind::Untrusted), "self-signed certificate in certificate chain"));
}

TEST_F(TimestampTest, ACertificateThatHasExpiredIsRefused) {
    const auto answer = authority_->reply(request_, "past");
    EXPECT_TRUE(says(why(check(answer), ErrorKind::Untrusted), "certificate has expired"));
}

TEST_F(TimestampTest, AStoredTokenIsJudgedByItsOwnTime) {
    const auto answer = authority_->reply(request_, "day");
    const TimestampTrust later{authority_->file("ca.pem"), now() + std::chrono::hours(48)};
    const auto checked = check_timestamp_response(request_, answer, later);
    EXPECT_TRUE(says(why(checked, ErrorKind::Untrusted), "certificate has expired"));
    EXPECT_TRUE(verify_timestamp(check(answer)->token, note_, authority_->file("ca.pem")));
}

TEST_F(TimestampTest, ACertificateForSomethingElseTooIsRefused) {
    // openssl ts takes the certificate: it overlooks a usage that it does not know.
    EXPECT_EQ(why(check(authority_->reply(request_, "two")), ErrorKind::Untrusted),
              "timestamp: its certificate is not for timestamps alone (RFC 3161 section 2.3)");
}

TEST_F(TimestampTest, ACertificateNamedBySha1IsRefused) {
    EXPECT_EQ(why(check(authority_->reply(request_, "tsa", "sha1")), ErrorKind::Untrusted),
              "timestamp: it does not name its certificate by ESSCertIDv2 (RFC 5816)");
}

TEST_F(TimestampTest, ARefusalIsTold) {
    const Bytes rejection{0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02};  // PKIStatus 2
    const std::string what = why(check(rejection), ErrorKind::Temporary);
    EXPECT_TRUE(says(what, "the authority refuses: no time stamp token")) << what;
}

TEST_F(TimestampTest, GarbageIsMalformed) {
    const Bytes empty;
    const Bytes huge(kLongestTimestamp + 1, 0x30);
    Bytes longer = authority_->reply(request_);
    longer.push_back(0);
    for (const Bytes& garbage : {empty, huge, longer, note_, Bytes{0x30, 0x00}, Bytes(100, 0xff)}) {
        EXPECT_EQ(why(check(garbage), ErrorKind::Malformed),
                  "timestamp: the answer is no TimeStampResp");
        const auto verified = verify_timestamp(garbage, note_, authority_->file("ca.pem"));
        EXPECT_FALSE(verified);
    }
    EXPECT_EQ(why(check_timestamp_response(note_, authority_->reply(request_), trust()),
                  ErrorKind::Malformed),
              "timestamp: what was asked is no TimeStampReq");
}

TEST_F(TimestampTest, AFileWithoutCertificatesIsAMatterOfConfiguration) {
    authority_->write("empty.pem", "");
    const auto answer = authority_->reply(request_);
    for (const char* file : {"missing.pem", "empty.pem"}) {
        const auto checked = check_timestamp_response(request_, answer, trust(file));
        EXPECT_TRUE(says(why(checked, ErrorKind::Misconfigured), file));
    }
}

TEST_F(TimestampTest, NoChangedByteTellsAnotherTime) {
    const auto stamped = check(authority_->reply(request_));
    std::size_t refused = 0;
    for (std::size_t i = 0; i < stamped->token.size(); ++i) {
        Bytes forged = stamped->token;
        forged[i] ^= 0x01;
        const auto verified = verify_timestamp(forged, note_, authority_->file("ca.pem"));
        EXPECT_EQ(verified.value_or(stamped->timestamp), stamped->timestamp) << i;
        refused += verified ? 0 : 1;
    }
    EXPECT_GT(refused, stamped->token.size() / 2);
}

}  // namespace
}  // namespace smarttls::store

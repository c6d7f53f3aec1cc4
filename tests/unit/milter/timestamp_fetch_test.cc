// SPDX-License-Identifier: Apache-2.0
#include "milter/timestamp_fetch.h"

#include "store/log/timestamp.h"
#include "tests/unit/milter/timestamp_server.h"
#include "tests/unit/store/log/test_authority.h"

namespace smarttls::milter {
namespace {

using policy::Deadline;
using policy::ErrorKind;
using policy::Result;
using store::Bytes;
using store::test::TestAuthority;
using Server = test::TimestampServerProcess;

class TimestampFetchTest : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        authority_ = std::make_unique<TestAuthority>();
        authority_->make_web_server("web");
        plain_ = std::make_unique<Server>(authority_->file(""));
        encrypted_ =
            std::make_unique<Server>(authority_->file("") + " " + authority_->file("web.pem") +
                                     " " + authority_->file("web.key"));
    }
    static void TearDownTestSuite() {
        plain_.reset();
        encrypted_.reset();
        authority_.reset();
    }

    [[nodiscard]] Result<Bytes> fetch(const std::string& url, const std::string& ca = "ca.pem",
                                      int seconds = 20) const {
        const Deadline deadline =
            Deadline::after(Deadline::Clock::now(), std::chrono::seconds(seconds));
        return fetch_timestamp({url, authority_->file(ca)}, request_, deadline);
    }
    void expect_error(const Result<Bytes>& fetched, ErrorKind kind, const std::string& part) const {
        ASSERT_FALSE(fetched);
        EXPECT_EQ(fetched.error().kind, kind) << fetched.error().what;
        EXPECT_NE(fetched.error().what.find(part), std::string::npos) << fetched.error().what;
    }
    void expect_good(const Result<Bytes>& fetched) const {
        ASSERT_TRUE(fetched) << fetched.error().what;
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const auto stamped =
            store::check_timestamp_response(request_, *fetched, {authority_->file("ca.pem"), now});
        EXPECT_TRUE(stamped) << stamped.error().what;
    }
    static std::unique_ptr<TestAuthority> authority_;
    static std::unique_ptr<Server> plain_;
    static std::unique_ptr<Server> encrypted_;
    const Bytes request_ = store::make_timestamp_request(store::bytes_of("note\n")).value();
};

std::unique_ptr<TestAuthority> TimestampFetchTest::authority_;
std::unique_ptr<Server> TimestampFetchTest::plain_;
std::unique_ptr<Server> TimestampFetchTest::encrypted_;

TEST_F(TimestampFetchTest, AnAuthorityIsAskedInTheClear) {
    expect_good(fetch(plain_->url("http", "/tsa?x=1")));
    expect_good(fetch(plain_->url("http", "")));
}

TEST_F(TimestampFetchTest, AnAuthorityIsAskedThroughTls) {
    expect_good(fetch(encrypted_->url("https", "/tsa")));
}

TEST_F(TimestampFetchTest, AServerIsTrustedByItsCaAndItsName) {
    expect_error(fetch(encrypted_->url("https", "/tsa"), "other.pem"), ErrorKind::Temporary,
                 "certificate verify failed");
    std::string named = encrypted_->url("https", "/tsa");
    named.replace(named.find("127.0.0.1"), 9, "localhost");
    expect_error(fetch(named), ErrorKind::Temporary, "certificate verify failed");
    expect_error(fetch(encrypted_->url("https", "/tsa"), "missing.pem"), ErrorKind::Misconfigured,
                 "missing.pem");
}

TEST_F(TimestampFetchTest, AnswersThatAreNoneAreNamed) {
    expect_error(fetch(plain_->url("http", "/busy")), ErrorKind::Temporary, "HTTP status 503");
    expect_error(fetch(plain_->url("http", "/html")), ErrorKind::Malformed,
                 "the answer is of type \"text/html\"");
    expect_error(fetch(plain_->url("http", "/huge")), ErrorKind::Malformed,
                 "the answer is too long");
    expect_error(fetch(plain_->url("http", "/cut")), ErrorKind::Temporary, "partial message");
}

TEST_F(TimestampFetchTest, SilenceEndsAtTheDeadline) {
    const auto before = Deadline::Clock::now();
    expect_error(fetch(plain_->url("http", "/silent"), "ca.pem", 1), ErrorKind::Temporary,
                 "it does not answer in time");
    EXPECT_LT(Deadline::Clock::now() - before, std::chrono::seconds(10));
}

TEST_F(TimestampFetchTest, NobodyThereIsTemporary) {
    expect_error(fetch("http://127.0.0.1:1/"), ErrorKind::Temporary, "while connecting");
    expect_error(fetch("http://[::1]:1/"), ErrorKind::Temporary, "while connecting");
}

TEST_F(TimestampFetchTest, WhatIsNoUrlIsAMatterOfConfiguration) {
    for (const char* url : {"", "tsa.example.org", "ftp://tsa/", "http://", "http://:80/",
                            "http://a:/", "http://a:b/", "http://a:123456/", "http://u@h/",
                            "http://[::1/", "http://a b/", "http://a/#f", "http://a/\r\nX: y"}) {
        expect_error(fetch(url), ErrorKind::Misconfigured, "is not http://host/path");
    }
}

}  // namespace
}  // namespace smarttls::milter

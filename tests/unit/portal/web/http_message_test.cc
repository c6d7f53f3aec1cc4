// SPDX-License-Identifier: Apache-2.0
#include "portal/web/http_message.h"

#include <gtest/gtest.h>

#include "portal/web/client_rates.h"
#include "portal/web/form_seal.h"
#include "portal/web/http_text.h"

namespace smarttls::portal {
namespace {

using namespace std::chrono_literals;

TEST(HttpMessage, TakesTargetsApart) {
    Request request;
    ASSERT_TRUE(parse_target("/p/a%20b?lang=en&x=1%2B1&y", request));
    EXPECT_EQ(request.path, "/p/a b");
    EXPECT_EQ(request.query("lang"), "en");
    EXPECT_EQ(request.query("x"), "1+1");
    EXPECT_EQ(request.query("y"), "");
    EXPECT_FALSE(request.query("z"));
}

TEST(HttpMessage, RefusesTargetsWithTwoMeanings) {
    for (const char* target : {"", "p", "*", "http://x/", "//x", "/a/../b", "/..", "/a/./b", "/a%2Fb", "/a%2fb", "/a\\b", "/a%5Cb", "/a%00b",
                               "/a%0d%0aSet-Cookie:x", "/a//b", "/%2e%2e/b", "/a/%2e%2e"}) {
        Request request;
        EXPECT_FALSE(parse_target(target, request)) << target;
    }
}

TEST(HttpMessage, ReadsForms) {
    const NamedValues fields = parse_form("code=12+34&by=sms&=x&%zz=%4&code=second");
    EXPECT_EQ(value_of(fields, "code"), "12 34");
    EXPECT_EQ(value_of(fields, "%zz"), "%4");
    std::string many;
    for (int count = 0; count < 10'000; ++count) many += "a=b&";
    EXPECT_LE(parse_form(many).size(), 64U);
    EXPECT_EQ(percent_decoded("%41%4%"), "A%4%");
}

TEST(HttpMessage, FindsCookies) {
    Request request;
    request.headers = {{"cookie", "a=1; __Host-form=x=y"}, {"cookie", "b=2"}};
    EXPECT_EQ(request.cookie("__Host-form"), "x=y");
    EXPECT_EQ(request.cookie("b"), "2");
    EXPECT_FALSE(request.cookie("Host-form"));
}

TEST(HttpText, AHeaderCannotBeSplit) {
    Response response;
    response.headers = {{"Location", "/x\r\nSet-Cookie: a=b"}, {"X\nY", "z"}, {"Fine", "yes"}};
    const std::string text = header_text(response, Persistence::KeepAlive);
    EXPECT_EQ(text, "HTTP/1.1 200 OK\r\nFine: yes\r\nContent-Length: 0\r\n\r\n");
}

TEST(HttpText, NamesOfFilesAreQuoted) {
    EXPECT_EQ(content_disposition("naïef\"%.pdf"), "attachment; filename=\"na__ef__.pdf\"; filename*=UTF-8''na%C3%AFef%22%25.pdf");
    EXPECT_EQ(content_disposition("a\r\nb").find('\n'), std::string::npos);
}

TEST(FormSeal, FitsOneBrowserAndOnePurpose) {
    const FormSeal seal;
    const std::string text = seal.of("cookie", "/p/x");
    EXPECT_TRUE(seal.fits(text, "cookie", "/p/x"));
    EXPECT_FALSE(seal.fits(text, "cookie", "/p/y"));
    EXPECT_FALSE(seal.fits(text, "other", "/p/x"));
    EXPECT_FALSE(seal.fits("", "cookie", "/p/x"));
    EXPECT_FALSE(seal.fits(seal.of("", "/p/x"), "", "/p/x"));
    EXPECT_FALSE(FormSeal().fits(text, "cookie", "/p/x"));
    EXPECT_NE(random_cookie(), random_cookie());
}

TEST(ClientRates, ABucketEmptiesAndFills) {
    ClientRates rates;
    ClientRates::Clock::time_point now{};
    for (int count = 0; count < static_cast<int>(ClientRates::kBurst); ++count) EXPECT_TRUE(rates.allow("192.0.2.1", 1, now));
    EXPECT_FALSE(rates.allow("192.0.2.1", 1, now));
    EXPECT_TRUE(rates.allow("192.0.2.2", 1, now));
    now += 1s;
    EXPECT_TRUE(rates.allow("192.0.2.1", ClientRates::kPerSecond, now));
    EXPECT_FALSE(rates.allow("192.0.2.1", 1, now));
}

TEST(ClientRates, NeighboursShareAndMemoryIsBounded) {
    ClientRates rates;
    const ClientRates::Clock::time_point now{};
    EXPECT_TRUE(rates.allow("2001:db8::1", ClientRates::kBurst, now));
    EXPECT_FALSE(rates.allow("2001:db8::ffff:2", 1, now));
    EXPECT_TRUE(rates.allow("2001:db8:0:1::1", 1, now));
    for (int count = 0; count < 60'000; ++count) EXPECT_TRUE(rates.allow("client" + std::to_string(count), 1, now));
    EXPECT_EQ(rates.clients(), ClientRates::kMostClients);
}

}  // namespace
}  // namespace smarttls::portal

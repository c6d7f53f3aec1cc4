// SPDX-License-Identifier: Apache-2.0
#include "portal/web/site.h"

#include <gtest/gtest.h>

#include "tests/unit/portal/web/fake_desk.h"

namespace smarttls::portal {
namespace {

/// A browser: keeps cookies, fills in the seal of the form that it saw last.
class SiteTest : public testing::Test {
  protected:
    Response get(const std::string& target) { return ask("GET", target, {}); }
    Response post(const std::string& target, NamedValues fields) {
        if (!seal_.empty()) fields.push_back({"seal", seal_});
        return ask("POST", target, std::move(fields));
    }
    Response ask(const std::string& method, const std::string& target, NamedValues fields) {
        Request request;
        request.method = method;
        EXPECT_TRUE(parse_target(target, request)) << target;
        request.fields = std::move(fields);
        request.client = client_;
        request.headers = headers_;
        std::string jar;
        for (const auto& [name, value] : cookies_) jar += (jar.empty() ? "" : "; ") + name + "=" + value;
        if (!jar.empty()) request.headers.push_back({"cookie", jar});
        Response response = site().answer(request);
        keep(response);
        return response;
    }
    void keep(const Response& response) {
        for (const NamedValue& header : response.headers) {
            if (header.name != "Set-Cookie") continue;
            EXPECT_NE(header.value.find("; Path=/; Secure; HttpOnly; SameSite=Strict"), std::string::npos) << header.value;
            EXPECT_TRUE(header.value.starts_with("__Host-"));
            const std::size_t equals = header.value.find('=');
            cookies_[header.value.substr(0, equals)] = header.value.substr(equals + 1, header.value.find(';') - equals - 1);
        }
        constexpr std::string_view kField = "name=\"seal\" value=\"";
        const std::size_t at = response.body.find(kField);
        if (at != std::string::npos) seal_ = response.body.substr(at + kField.size(), 64);
    }
    /// Through the start page and the code to the message.
    std::string open() {
        get(start_);
        const Response opened = post(start_ + "/open", {{"code", std::string(kCode)}});
        EXPECT_EQ(opened.status, 303U);
        return value_of(opened.headers, "Location").value_or("");
    }
    Site& site() {
        if (!site_) {
            auto templates = PageTemplates::open({SMARTTLS_SOURCE_DIR "/conf/templates"});
            EXPECT_TRUE(templates) << templates.error().what;
            site_ = std::make_unique<Site>(desk_, *std::move(templates), SiteSettings{"https://pickup.example", "", "nl"});
        }
        return *site_;
    }

    FakeDesk desk_;
    const std::string start_ = "/p/" + std::string(kToken);
    std::string client_ = "192.0.2.1";
    NamedValues headers_;
    std::map<std::string, std::string> cookies_;
    std::string seal_;
    std::unique_ptr<Site> site_;
};

bool contains(const Response& response, std::string_view text) { return response.body.find(text) != std::string::npos; }

TEST_F(SiteTest, TheStartPageSaysFromWhomAndNothingOfTheMessage) {
    const Response page = get(start_);
    EXPECT_EQ(page.status, 200U);
    EXPECT_TRUE(contains(page, "Gemeente Voorbeeld &lt;&amp;&gt;")) << page.body;
    EXPECT_TRUE(contains(page, "eindigt op 42"));
    EXPECT_TRUE(contains(page, "lang=\"nl\""));
    EXPECT_FALSE(contains(page, "Uitslag"));
    EXPECT_FALSE(contains(page, "{{"));
}

TEST_F(SiteTest, ACodeIsSentWhenItIsAskedFor) {
    get(start_);
    const Response sent = post(start_ + "/send", {{"by", "sms"}});
    EXPECT_EQ(sent.status, 303U);
    EXPECT_EQ(value_of(sent.headers, "Location"), start_ + "/code?by=sms");
    EXPECT_EQ(desk_.sent_to_, std::vector<std::string>{"192.0.2.1"});
    const Response code = get(start_ + "/code?by=sms");
    EXPECT_TRUE(contains(code, "autocomplete=\"one-time-code\""));
    EXPECT_TRUE(contains(code, "inputmode=\"numeric\""));
}

TEST_F(SiteTest, TheRightCodeOpensTheMessage) {
    const std::string path = open();
    EXPECT_EQ(path, "/m/0011223344556677");
    const Response message = get(path);
    EXPECT_EQ(message.status, 200U);
    EXPECT_TRUE(contains(message, "Uitslag – nieuws"));
    EXPECT_TRUE(contains(message, "Jörg &lt;jorg@org.example&gt;"));
    EXPECT_TRUE(contains(message, "<iframe src=\"/m/0011223344556677/body\" sandbox=\"allow-popups allow-popups-to-escape-sandbox\""));
    EXPECT_TRUE(contains(message, "/m/0011223344556677/file/4\" download>brief.pdf</a> <span class=\"hint\">application/pdf, 5 B"));
    EXPECT_EQ(desk_.events_, std::vector{PickupEvent::Read});
    EXPECT_EQ(get(start_).status, 303U);  // who has a session needs no code
}

TEST_F(SiteTest, TheFrameIsSandboxedByItsOwnHeaders) {
    const Response body = get(open() + "/body");
    EXPECT_TRUE(contains(body, "<b>html</b>"));
    const std::string policy = value_of(body.headers, "Content-Security-Policy").value_or("");
    EXPECT_TRUE(policy.starts_with("sandbox allow-popups")) << policy;
    EXPECT_EQ(policy.find("allow-scripts"), std::string::npos);
    EXPECT_EQ(policy.find("allow-same-origin"), std::string::npos);
    EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
}

TEST_F(SiteTest, AttachmentsAndTheOriginalAreDownloads) {
    const std::string path = open();
    const Response file = get(path + "/file/4");
    EXPECT_EQ(all_of(file.stream), "PDF\r\n");
    EXPECT_EQ(value_of(file.headers, "Content-Disposition"), "attachment; filename=\"brief.pdf\"; filename*=UTF-8''brief.pdf");
    EXPECT_EQ(get(path + "/file/2").status, 200U);
    EXPECT_EQ(value_of(get(path + "/file/2").headers, "Content-Type"), "application/octet-stream");  // text/html is not served as such
    const Response original = get(path + "/original.eml");
    EXPECT_EQ(all_of(original.stream), kNestedMail);
    EXPECT_EQ(original.size, kNestedMail.size());
    for (const char* number : {"0", "99", "-1", "4x", "99999999999999999999", ""}) {
        EXPECT_EQ(get(path + "/file/" + std::string(number)).status, 404U) << number;
    }
}

TEST_F(SiteTest, ScannersConsumeNothing) {
    for (const char* method : {"GET", "HEAD"}) {
        for (const char* part : {"", "/send", "/code", "/open", "/code?by=sms"}) ask(method, start_ + part, {});
    }
    ask("POST", start_ + "/send", {{"by", "sms"}});  // a robot posts the form without what belongs to it
    ask("POST", start_ + "/open", {{"code", "123456"}});
    EXPECT_TRUE(desk_.sent_to_.empty());
    const std::string path = open();
    EXPECT_EQ(ask("HEAD", path, {}).status, 200U);
    EXPECT_TRUE(desk_.events_.empty());
}

TEST_F(SiteTest, AFormOfAnotherBrowserOrSiteIsRefused) {
    get(start_);
    const std::string seal = seal_;
    cookies_.clear();  // another browser, which may have a cookie of its own
    cookies_["__Host-form"] = std::string(32, 'a');
    EXPECT_EQ(ask("POST", start_ + "/open", {{"code", std::string(kCode)}, {"seal", seal}}).status, 403U);
    EXPECT_EQ(ask("POST", start_ + "/open", {{"code", std::string(kCode)}, {"seal", ""}}).status, 403U);
    get(start_);
    for (const NamedValue& header : NamedValues{{"sec-fetch-site", "cross-site"}, {"sec-fetch-site", "same-site"}, {"origin", "https://evil.example"}}) {
        headers_ = {header};
        EXPECT_EQ(post(start_ + "/open", {{"code", std::string(kCode)}}).status, 403U) << header.value;
    }
    headers_ = {{"sec-fetch-site", "same-origin"}, {"origin", "null"}};  // what browsers send under no-referrer
    EXPECT_EQ(post(start_ + "/open", {{"code", std::string(kCode)}}).status, 303U);
}

TEST_F(SiteTest, AnOldFormIsAskedForOnceMoreWithoutLosingAnything) {
    get(start_);
    cookies_.clear();  // as when the browser was closed in between
    const Response again = post(start_ + "/open", {{"code", std::string(kCode)}});
    EXPECT_EQ(again.status, 403U);
    EXPECT_TRUE(contains(again, "Probeer het nu opnieuw"));
    EXPECT_EQ(post(start_ + "/open", {{"code", std::string(kCode)}}).status, 303U);
}

TEST_F(SiteTest, ACookieThatIsNotOfOursIsReplaced) {
    cookies_["__Host-form"] = "fixed-by-somebody";
    get(start_);
    EXPECT_NE(cookies_["__Host-form"], "fixed-by-somebody");
    EXPECT_EQ(cookies_["__Host-form"].size(), 32U);
}

TEST_F(SiteTest, AWrongCodeIsSaidAtItsField) {
    get(start_);
    const Response wrong = post(start_ + "/open", {{"code", "000000"}});
    EXPECT_EQ(wrong.status, 422U);
    EXPECT_TRUE(contains(wrong, "aria-invalid=\"true\" aria-describedby=\"problem\""));
    EXPECT_TRUE(contains(wrong, "id=\"problem\" role=\"alert\""));
    EXPECT_TRUE(contains(post(start_ + "/open", {{"code", "000000"}, {"by", "sms"}}), "We hebben een sms gestuurd"));
    EXPECT_EQ(post(start_ + "/open", {{"code", ""}}).status, 422U);
    for (int attempt = 0; attempt < 3; ++attempt) post(start_ + "/open", {{"code", "1"}});
    const Response locked = post(start_ + "/open", {{"code", std::string(kCode)}});
    EXPECT_EQ(locked.status, 429U);
    EXPECT_TRUE(value_of(locked.headers, "Retry-After"));
}

TEST_F(SiteTest, WhateverIsUnknownLooksAlike) {
    const std::string unknown = get("/p/unknown").body;
    EXPECT_EQ(get("/p/unknown").status, 404U);
    for (const char* path : {"/p/" "another", "/p/unknown/code", "/m/0011223344556677", "/m/ffffffffffffffff/body", "/x", "/admin", "/p", "/p/",
                             "/m/0011223344556677/file/1", "/m/0011223344556677/original.eml"}) {
        EXPECT_EQ(get(path).body, unknown) << path;
    }
    EXPECT_EQ(ask("POST", "/p/unknown/open", {{"code", "1"}}).body, unknown);
    cookies_["__Host-m-0011223344556677"] = "forged";
    EXPECT_EQ(get("/m/0011223344556677").body, unknown);
}

TEST_F(SiteTest, ASessionOpensNoOtherMessage) {
    open();
    cookies_["__Host-m-ffffffffffffffff"] = cookies_["__Host-m-0011223344556677"];
    EXPECT_EQ(get("/m/ffffffffffffffff").status, 404U);
}

TEST_F(SiteTest, ClosingEndsTheSession) {
    const std::string path = open();
    get(path);
    EXPECT_EQ(ask("POST", path + "/end", {}).status, 403U);
    EXPECT_EQ(post(path + "/end", {}).status, 200U);
    EXPECT_EQ(get(path).status, 404U);
}

TEST_F(SiteTest, SpeaksTheLanguageThatTheBrowserAsksFor) {
    headers_ = {{"accept-language", "de;q=0.9, en-GB;q=0.8, nl;q=0.5"}};
    EXPECT_TRUE(contains(get(start_), "A message is waiting for you"));
    headers_.clear();
    EXPECT_TRUE(contains(get(start_ + "?lang=en"), "A message is waiting for you"));
    EXPECT_TRUE(contains(get(start_), "A message is waiting for you"));  // it is remembered
    EXPECT_TRUE(contains(get(start_ + "?lang=nl"), "Er staat een bericht"));
    for (const char* strange : {"xx", "../../etc", "%0d%0aSet-Cookie:x", ""}) EXPECT_EQ(get(start_ + "?lang=" + strange).status, 200U);
    EXPECT_EQ(cookies_["__Host-lang"], "nl");
}

TEST_F(SiteTest, EveryAnswerCarriesTheSecurityHeaders) {
    const std::string path = open();
    for (const std::string& target : {std::string("/"), start_, path, path + "/body", path + "/print", path + "/file/4", path + "/original.eml",
                                      std::string("/nothing"), std::string("/style.css"), std::string("/healthz"), std::string("/robots.txt")}) {
        const Response answer = get(target);
        EXPECT_NE(value_of(answer.headers, "Content-Security-Policy").value_or("").find("default-src 'none'"), std::string::npos) << target;
        EXPECT_EQ(value_of(answer.headers, "X-Content-Type-Options"), "nosniff") << target;
        EXPECT_EQ(value_of(answer.headers, "Referrer-Policy"), "no-referrer") << target;
        EXPECT_EQ(value_of(answer.headers, "Cache-Control"), target == "/style.css" ? "max-age=3600" : "no-store") << target;
        EXPECT_TRUE(value_of(answer.headers, "Strict-Transport-Security")) << target;
        EXPECT_TRUE(value_of(answer.headers, "Permissions-Policy")) << target;
    }
}

TEST_F(SiteTest, ABusyClientIsAskedToWait) {
    unsigned last = 0;
    for (int count = 0; count < 1000 && last != 429; ++count) last = get("/p/unknown").status;
    EXPECT_EQ(last, 429U);
    client_ = "192.0.2.2";
    EXPECT_EQ(get(start_).status, 200U);
}

TEST_F(SiteTest, TroubleOfOursIsSaidKindlyAndTellsNothing) {
    desk_.is_broken_ = true;
    const Response answer = get(start_);
    EXPECT_EQ(answer.status, 503U);
    EXPECT_FALSE(contains(answer, "database"));
    EXPECT_EQ(ask("DELETE", start_, {}).status, 405U);
}

TEST_F(SiteTest, WithoutAFactorThePageSaysWhomToCall) {
    desk_.factors_.clear();
    const Response page = get(start_);
    EXPECT_TRUE(contains(page, "We kennen nog geen telefoonnummer van u. Bel Gemeente Voorbeeld"));
    EXPECT_FALSE(contains(page, "<form"));
}

TEST_F(SiteTest, HeadersOfTheMailAreTextOnThePage) {
    desk_.mail_ = "From: \"<script>alert(1)</script>\" <a@b>\r\nTo: <img src=x onerror=alert(1)>\r\nCc: {{organisation}} {{{x}}}\r\n"
                  "Subject: =?utf-8?Q?<b>=22'&{{words.from}}?=\r\nDate: <i>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n</div><script>alert(1)</script>{{token}}\r\n"
                  "--b\r\nContent-Type: \"><script>/x\r\nContent-Disposition: attachment; filename=\"<script>alert(1)</script>.html\"\r\n\r\nx\r\n--b--\r\n";
    const Response page = get(open());
    EXPECT_FALSE(contains(page, "<script")) << page.body;
    EXPECT_FALSE(contains(page, "<img"));
    EXPECT_FALSE(contains(page, "<b>"));
    EXPECT_TRUE(contains(page, "{{words.from}}"));
    EXPECT_TRUE(contains(page, "{{token}}"));
}

}  // namespace
}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
#include "portal/mail/html_sanitiser.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "policy/text.h"
#include "tests/unit/portal/mail/html_judge.h"

namespace smarttls::portal {
namespace {

/// Without the element that stands for the body.
std::string inner(const SanitisedHtml& clean) {
    constexpr std::string_view kStart = "<div>";
    constexpr std::string_view kEnd = "</div>";
    EXPECT_TRUE(clean.html.starts_with(kStart) && clean.html.ends_with(kEnd)) << clean.html;
    return clean.html.substr(kStart.size(), clean.html.size() - kStart.size() - kEnd.size());
}

std::string clean(const std::string& html) { return inner(sanitise_html(html, {})); }

TEST(HtmlSanitiser, KeepsTextLayoutAndLinks) {
    EXPECT_EQ(clean("<p align=center>Dag <b>Bob</b> &amp; co</p>"), "<p align=\"center\">Dag <b>Bob</b> &amp; co</p>");
    EXPECT_EQ(clean("<table border=1><tr><td colspan=2>x</td></tr></table>"),
              "<table border=\"1\"><tr><td colspan=\"2\">x</td></tr></table>");
    EXPECT_EQ(clean("<a href='https://x.example/?a=1&amp;b'>x</a>"),
              "<a href=\"https://x.example/?a=1&amp;b\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">x</a>");
    EXPECT_EQ(clean("caf\xC3\xA9 \xE2\x82\xAC"), "<p>café €</p>");
    EXPECT_EQ(clean("<span style='color:red;position:fixed'>x</span>"), "<span style=\"color:red\">x</span>");
}

TEST(HtmlSanitiser, ResultsAreBalanced) {
    EXPECT_EQ(clean("<div><b>x"), "<div><b>x</b></div>");
    EXPECT_EQ(clean("</div></body>x"), "<p>x</p>");
}

TEST(HtmlSanitiser, SwallowsWhatIsNotForReaders) {
    EXPECT_EQ(clean("<p>a</p><script>alert(1)</script><p>b</p>"), "<p>a</p><p>b</p>");
    EXPECT_EQ(clean("<style>p{}</style><p>b</p>"), "<p>b</p>");
    EXPECT_EQ(clean("<p>a</p><svg><style><img src=x onerror=alert(1)></style></svg><p>b</p>").find("onerror"), std::string::npos);
    EXPECT_EQ(clean("<form action=x><input name=y>text</form>"), "text");
}

TEST(HtmlSanitiser, PicturesOfTheMessageComeAlong) {
    const InlineImages images{{"logo@org", {"image/png", "PNG"}}};
    const SanitisedHtml html = sanitise_html("<img src=\"cid:logo@org\" alt=logo><img src=cid:gone><img src=http://x/y.png>", images);
    EXPECT_EQ(inner(html), "<img src=\"data:image/png;base64,UE5H\" alt=\"logo\"><img><img>");
    EXPECT_TRUE(html.left_out_remote);
    EXPECT_FALSE(sanitise_html("<img src=data:image/png;base64,UE5H>", images).left_out_remote);
    EXPECT_EQ(clean("<img src='data:image/svg+xml;base64,PHN2Zz4='>"), "<img>");
}

TEST(HtmlSanitiser, LinksLeadToTheWebAndMailOnly) {
    for (const char* link : {"javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", " \x01javascript:alert(1)",
                             "data:text/html,<script>", "vbscript:x", "file:///etc/passwd", "//x.example", "/p/token", "?lang=en", ""}) {
        EXPECT_EQ(clean("<a href=\"" + std::string(link) + "\">x</a>"), "<a>x</a>") << link;
    }
}

TEST(HtmlSanitiser, DepthAndSizeCostNoMoreThanTheirBytes) {
    std::string deep;
    for (int count = 0; count < 100'000; ++count) deep += "<div><b>";
    EXPECT_LT(clean(deep + "end").size(), 10'000U);
    std::string many;
    for (int count = 0; count < 50'000; ++count) many += "<a><p><table>";
    EXPECT_EQ(judge_html(clean(many)), "");
}

TEST(HtmlSanitiser, NoAttackOfTheCorpusComesThrough) {
    std::size_t attacks = 0;
    for (const auto& file : std::filesystem::directory_iterator(SMARTTLS_SOURCE_DIR "/tests/fuzz/corpus/html")) {
        std::ifstream stream(file.path(), std::ios::binary);
        const std::string html{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
        const std::string result = sanitise_html(html, {}).html;
        EXPECT_EQ(judge_html(result), "") << file.path() << "\n" << result;
        ++attacks;
    }
    EXPECT_GE(attacks, 60U);
}

}  // namespace
}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
#include "milter/postfix_config.h"

#include <gtest/gtest.h>

#include "tests/unit/milter/error_of.h"
#include "tests/unit/milter/postfix_directory.h"

namespace smarttls::milter {
namespace {

using test::error_of;
using test::expect_names;
using Tables = std::vector<std::string>;

const std::vector<std::string> kFloors{"dane", "mta-sts", "pkix", "encrypted"};

TEST(SplitTables, SeparatesAtBlanksAndCommasOutsideOfBraces) {
    EXPECT_EQ(split_tables(""), Tables{});
    EXPECT_EQ(split_tables(" , \t\n"), Tables{});
    EXPECT_EQ(split_tables("hash:/a"), Tables{"hash:/a"});
    EXPECT_EQ(split_tables("hash:/a, hash:/b\thash:/c\n"), (Tables{"hash:/a", "hash:/b", "hash:/c"}));
    EXPECT_EQ(split_tables("hash:/a, regexp:{ {/x, y/ z} {/a/ b} }"),
              (Tables{"hash:/a", "regexp:{ {/x, y/ z} {/a/ b} }"}));
    EXPECT_EQ(split_tables("pipemap:{site, strip} x"), (Tables{"pipemap:{site, strip}", "x"}));
}

TEST(SplitTables, LosesNoTableToABraceWithoutItsPair) {
    EXPECT_EQ(split_tables("hash:/a regexp:{ {/x, y/"), (Tables{"hash:/a", "regexp:{ {/x, y/"}));
    EXPECT_EQ(split_tables("hash:/a} hash:/b"), (Tables{"hash:/a}", "hash:/b"}));
}

class PostfixConfigTest : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(std::filesystem::exists("/usr/sbin/postconf")) << "the package postfix is needed";
    }
    std::string check() { return error_of(PostfixConfig(postfix_.path(), "X-SmartTLS-Class", {}).check()); }
    test::PostfixDirectory postfix_;
};

TEST_F(PostfixConfigTest, IsContentWithTheShippedFiles) { EXPECT_EQ(check(), "no error"); }

TEST_F(PostfixConfigTest, NamesEachLineOfMasterCfThatIsMissing) {
    for (const std::string& floor : kFloors) {
        for (const std::string option :
             {"smtp_tls_security_level", "smtp_tls_policy_maps", "smtp_tls_mandatory_protocols",
              "smtp_tls_mandatory_ciphers", "smtp_dns_support_level", "smtp_host_lookup",
              "smtp_fallback_relay", "tls_required_enable", "smtp_tls_loglevel"}) {
            postfix_.replace("master.cf", "    -o " + option + "=", "    -o x_" + option + "=",
                             "smarttls-" + floor + " unix");
            const std::string error = check();
            expect_names(error, "transport smarttls-" + floor, option);
            expect_names(error, "-o " + option + "=", option);
        }
    }
}

TEST_F(PostfixConfigTest, NamesATransportThatIsMissingOrNoSmtpClient) {
    for (const std::string& floor : kFloors) {
        const std::string line = "smarttls-" + floor + " unix - - y - - ";
        postfix_.replace("master.cf", line + "smtp\n", "other-" + line + "smtp\n");
        EXPECT_EQ(check(), "master.cf lacks the transport smarttls-" + floor + " (unix ... smtp)");
        postfix_.replace("master.cf", line + "smtp\n", line + "smtpd\n");
        EXPECT_EQ(check(), "master.cf lacks the transport smarttls-" + floor + " (unix ... smtp)");
    }
}

TEST_F(PostfixConfigTest, NamesTheRowOfMainCfThatIsMissing) {
    for (const std::string& floor : kFloors) {
        postfix_.replace("main.cf", "    {/\\+smarttls-" + floor + "(-dsn)?\"?@/ smarttls-" + floor + ":}", "    ");
        EXPECT_EQ(check(), "sender_dependent_default_transport_maps in main.cf does not send +smarttls-" +
                               floor + " to smarttls-" + floor + ":");
    }
}

TEST_F(PostfixConfigTest, NamesARowOfMainCfThatSendsElsewhere) {
    postfix_.replace("main.cf", "smarttls-dane:}", "smarttls-encrypted:}");
    expect_names(check(), "does not send +smarttls-dane to smarttls-dane:", "wrong transport");
    postfix_.replace("main.cf", "smarttls-pkix:}", "smarttls-pkix:[relay.example]}");
    expect_names(check(), "does not send +smarttls-pkix to smarttls-pkix:", "a next hop");
    postfix_.replace("main.cf", "maps = regexp:{\n", "maps = regexp:{ {/@/ smtp:} }, regexp:{\n");
    expect_names(check(), "does not send +smarttls-dane", "an earlier table");
}

TEST_F(PostfixConfigTest, NamesTheDelimiterThatIsMissing) {
    postfix_.replace("main.cf", "recipient_delimiter = +", "");
    EXPECT_EQ(check(), "main.cf lacks recipient_delimiter = +");
    postfix_.replace("main.cf", "recipient_delimiter = +", "recipient_delimiter = -");
    EXPECT_EQ(check(), "main.cf lacks recipient_delimiter = +");
    postfix_.replace("main.cf", "recipient_delimiter = +", "recipient_delimiter = -+");
    EXPECT_EQ(check(), "no error");
}

TEST_F(PostfixConfigTest, NamesTheMapThatDoesNotTakeTheTagOff) {
    postfix_.replace("main.cf", "\nsmtp_generic_maps =", "\nx_generic_maps =");
    expect_names(check(), "_generic_maps in main.cf does not take +smarttls-dane off the sender", "no table");
    postfix_.replace("main.cf", "lmtp_generic_maps = $smtp_generic_maps", "");
    EXPECT_EQ(check(), "lmtp_generic_maps in main.cf does not take +smarttls-dane off the sender");
    postfix_.replace("main.cf", "dane|mta-sts|pkix|encrypted", "dane|mta-sts|encrypted");
    expect_names(check(), "_generic_maps in main.cf does not take +smarttls-pkix off the sender", "no row");
}

TEST_F(PostfixConfigTest, NamesTheLineOfNoticesThatIsMissing) {
    for (const std::string& floor : kFloors) {
        postfix_.replace("main.cf", "    {/\\+smarttls-" + floor + "-dsn\"?@/ smarttls-" + floor + ":}", "    ");
        EXPECT_EQ(check(), "transport_maps in main.cf does not send +smarttls-" + floor + "-dsn to smarttls-" +
                               floor + ":");
        postfix_.replace("main.cf", "PREPEND X-SmartTLS-Floor: " + floor + "}", "PREPEND X-Other: x}", "smarttls-" + floor + "(-dsn)?\"?@/ PREPEND");
        EXPECT_EQ(check(), "header_checks in main.cf does not mark notices to +smarttls-" + floor);
    }
    postfix_.replace("main.cf", "{/^X-SmartTLS-Class:/ PREPEND X-SmartTLS-Floor: dane}", "");
    EXPECT_EQ(check(), "header_checks in main.cf does not mark mail with X-SmartTLS-Class, which would leave without its floor if "
                       "no milter were asked");
    postfix_.replace("main.cf", "milter_default_action = tempfail", "milter_default_action = accept");
    EXPECT_EQ(check(), "main.cf has milter_default_action = accept, which lets class mail pass while the milter is away");
    postfix_.replace("main.cf", "internal_mail_filter_classes = bounce", "internal_mail_filter_classes = notify");
    EXPECT_EQ(check(), "main.cf lacks internal_mail_filter_classes = bounce");
}

TEST_F(PostfixConfigTest, NamesTheGuardThatDoesNotKeepBack) {
    const std::string missing = "smtp_header_checks in main.cf does not begin with $smarttls_keeps_back";
    for (const std::string other : {"", "smtp_header_checks = regexp:/etc/postfix/site", "smtp_header_checks = regexp:{{/x/ IGNORE}}, $smarttls_keeps_back"}) {
        postfix_.replace("main.cf", "smtp_header_checks = $smarttls_keeps_back\n", other + "\n", "\nsmarttls_keeps_back");
        EXPECT_EQ(check(), missing) << other;
    }
    postfix_.replace("main.cf", "\nlmtp_header_checks = $smarttls_keeps_back\n", "\n");
    EXPECT_EQ(check(), "l" + missing.substr(1));
    postfix_.replace("main.cf", "fail:class_mail_not_by_this_transport}", "static:IGNORE}");
    EXPECT_EQ(check(), missing);
    postfix_.replace("main.cf", "smtp_header_checks = $smarttls_keeps_back\n", "smtp_header_checks = $smarttls_keeps_back, regexp:{{/x/ IGNORE}}\n", "\nsmarttls_keeps_back");
    EXPECT_EQ(check(), "no error") << "checks of the site's own behind";
}

TEST_F(PostfixConfigTest, NamesAFloorThatLetsTooMuchPass) {
    postfix_.replace("main.cf", "(pkix|encrypted)", "(dane|pkix|encrypted)", "smarttls_passes_pkix");
    expect_names(check(), "main.cf lacks smarttls_passes_pkix = ${{$smarttls_in_force} == {secure maps=socketmap:unix:smarttlsd/"
                          "engine.sock:pkix $smarttls_demanded} ? {regexp:{{/^X-SmartTLS-Floor: (pkix|encrypted)$$/ IGNORE}},}} "
                          "$smarttls_keeps_back", "pkix");
    postfix_.replace("main.cf", "(mta-sts|pkix|encrypted)", ".*", "smarttls_passes_mta_sts");
    expect_names(check(), "main.cf lacks smarttls_passes_mta_sts", "mta-sts");
    postfix_.replace("main.cf", "IGNORE}},}} $smarttls_keeps_back", "IGNORE}},}}", "smarttls_passes_dane");
    expect_names(check(), "main.cf lacks smarttls_passes_dane", "dane");
}

TEST_F(PostfixConfigTest, NamesAGuardThatDoesNotLookAtWhatIsInForce) {
    postfix_.replace("main.cf", "{$smarttls_in_force} == {dane-only", "{dane-only} == {dane-only");
    expect_names(check(), "main.cf lacks smarttls_passes_dane", "dane");
    postfix_.replace("main.cf", " $smtp_tls_mandatory_ciphers", "");
    expect_names(check(), "main.cf lacks smarttls_in_force = $smtp_tls_security_level maps=", "in force");
    postfix_.replace("main.cf", "smarttls_demanded = >=TLSv1.2", "smarttls_demanded = >=TLSv1");
    expect_names(check(), "main.cf lacks smarttls_demanded = >=TLSv1.2 high", "demanded");
}

TEST_F(PostfixConfigTest, WantsTheEngineAtOnePlaceInBothFiles) {
    const std::string map = "socketmap:inet:127.0.0.1:8461:pkix";
    postfix_.replace("master.cf", "socketmap:unix:smarttlsd/engine.sock:pkix", map);
    expect_names(check(), "main.cf lacks smarttls_passes_pkix = ${{$smarttls_in_force} == {secure maps=" + map, "main.cf");
    postfix_.replace("main.cf", "socketmap:unix:smarttlsd/engine.sock:pkix", map);
    EXPECT_EQ(check(), "no error");
}

TEST_F(PostfixConfigTest, WantsMailboxesBehindLmtpToTakeClassMail) {
    const std::string lmtp = "lmtp unix - - y - - lmtp\n";
    const PostfixConfig trusting(postfix_.path(), "X-SmartTLS-Class", {"local", "lmtp"});
    const auto shipped = [](const std::string& name, const std::string& more) { return test::PostfixDirectory::shipped(name) + more; };
    for (const std::string name : {"local_transport", "mailbox_transport", "virtual_transport"}) {
        postfix_.write("main.cf", shipped("main.cf", "\n" + name + " = lmtp:unix:private/dovecot-lmtp\n"));
        postfix_.write("master.cf", shipped("master.cf", lmtp));
        EXPECT_EQ(error_of(trusting.check()), name + " in main.cf leads to lmtp, whose line in master.cf lacks -o "
                                                     "lmtp_header_checks=$smarttls_trusted: class mail would wait there");
        postfix_.write("master.cf", shipped("master.cf", lmtp + "  -o lmtp_header_checks=$smarttls_trusted\n"));
        EXPECT_EQ(error_of(trusting.check()), "no error") << name;
    }
    expect_names(check(), "service lmtp in master.cf has -o lmtp_header_checks without $smarttls_keeps_back in front", "not trusted");
    postfix_.write("main.cf", shipped("main.cf", "\nvirtual_transport = virtual\nmailbox_transport =\n"));
    postfix_.write("master.cf", shipped("master.cf", lmtp));
    EXPECT_EQ(error_of(trusting.check()), "no error") << "no mailboxes behind it";
}

TEST_F(PostfixConfigTest, RefusesATransportWithoutTheGuardUnlessItIsTrusted) {
    const std::string shipped = test::PostfixDirectory::shipped("master.cf");
    postfix_.write("master.cf", shipped + "filter unix - - n - - smtp\n  -o smtp_header_checks=\n");
    EXPECT_EQ(check(), "service filter in master.cf has -o smtp_header_checks without $smarttls_keeps_back in front, "
                       "so that class mail could leave by it without its floor");
    EXPECT_TRUE(PostfixConfig(postfix_.path(), "X-SmartTLS-Class", {"filter"}).check());
    postfix_.write("master.cf", shipped + "filter unix - - n - - smtp\n  -o { smtp_header_checks = $smarttls_keeps_back, regexp:/x }\n");
    EXPECT_EQ(check(), "no error");
    postfix_.write("master.cf", shipped + "cleanup unix n - n - 0 cleanup\n  -o header_checks=\n");
    expect_names(check(), "service cleanup in master.cf has -o header_checks without $smarttls_marks", "cleanup");
}

TEST_F(PostfixConfigTest, AsksTheInstancesThatClassMailMayBeHandedTo) {
    const test::PostfixDirectory second;
    second.replace("main.cf", "recipient_delimiter = +", "");
    const PostfixConfig trusting(postfix_.path(), "X-SmartTLS-Class", {"handoff"});
    postfix_.write("main.cf", test::PostfixDirectory::shipped("main.cf") + "\nmulti_instance_directories = " + second.path() + "\n");
    EXPECT_EQ(error_of(trusting.check()), "no error") << "nothing leads there";
    postfix_.write("master.cf", test::PostfixDirectory::shipped("master.cf") + "handoff unix - - n - - smtp\n  -o smtp_header_checks=\n");
    EXPECT_EQ(error_of(trusting.check()), "the Postfix instance in " + second.path() + ": main.cf lacks recipient_delimiter = +");
    second.replace("main.cf", "milter_default_action = tempfail", "milter_default_action = accept");
    EXPECT_EQ(error_of(trusting.check()), "no error") << "no milter is asked there";
}

TEST_F(PostfixConfigTest, KnowsTheDomainsThatTheMtaDelivers) {
    postfix_.write("main.cf", test::PostfixDirectory::shipped("main.cf") +
                                  "\nmydomain = Org.example\nmydestination = $mydomain, gw.$mydomain localhost, hash:/x\n");
    EXPECT_EQ(PostfixConfig(postfix_.path()).local_domains().value(),
              (Tables{"org.example", "gw.org.example", "localhost", "hash:/x"}));
}

TEST_F(PostfixConfigTest, RefusesTheTableThatOverridesTheFloors) {
    postfix_.write("main.cf", test::PostfixDirectory::shipped("main.cf") +
                                  "\nsmtp_tls_per_site = hash:/etc/postfix/tls_per_site\n");
    EXPECT_EQ(check(), "main.cf sets smtp_tls_per_site, which overrides the floors; use "
                       "smtp_tls_policy_maps instead");
}

TEST_F(PostfixConfigTest, ToleratesTablesOfTheSiteThatComeFirstAndDoNotMatch) {
    postfix_.replace("main.cf", "smtp_generic_maps = regexp:{", "smtp_generic_maps = regexp:{ {/@site/ x@y} },\n  regexp:{");
    EXPECT_EQ(check(), "no error");
}

TEST_F(PostfixConfigTest, WithoutFilesIsAnError) {
    const auto checked = PostfixConfig("/does/not/exist").check();
    ASSERT_FALSE(checked);
    EXPECT_NE(checked.error().what.find("/does/not/exist"), std::string::npos) << checked.error().what;
}

TEST_F(PostfixConfigTest, StampChangesWithEachOfTheTwoFiles) {
    const PostfixConfig config(postfix_.path());
    const FileStamp first = config.stamp();
    EXPECT_EQ(config.stamp(), first);
    postfix_.write("main.cf", "x = y\n");
    const FileStamp second = config.stamp();
    EXPECT_NE(second, first);
    postfix_.write("master.cf", "");
    EXPECT_NE(config.stamp(), second);
    EXPECT_EQ(PostfixConfig("/does/not/exist").stamp(), FileStamp{});
}

}  // namespace
}  // namespace smarttls::milter

// SPDX-License-Identifier: Apache-2.0
#include "policy/config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/store/scratch.h"

namespace smarttls::policy {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kClass = "[class.a]\n";

Result<Config> parse(std::string_view text) { return parse_config({{"f.conf", std::string(text)}}); }

/// The text with a class, which every configuration needs, behind it.
Config valid(std::string_view text) {
    auto config = parse(std::string(text) + "\n" + std::string(kClass));
    EXPECT_TRUE(config) << config.error().what;
    return config ? *std::move(config) : Config{};
}

std::string mistakes(std::string_view text) {
    const auto config = parse(text);
    EXPECT_FALSE(config) << text;
    if (config) return {};
    EXPECT_EQ(config.error().kind, ErrorKind::Misconfigured);
    return config.error().what;
}

TEST(Config, HasItsDefaultsWhenOnlyAClassIsNamed) {
    const Config config = valid("");
    EXPECT_EQ(config.engine.socket, "/var/spool/postfix/smarttlsd/engine.sock");
    ASSERT_EQ(config.engine.resolvers.size(), 1U);
    EXPECT_EQ(config.engine.resolvers[0].str(), "127.0.0.1:53");
    EXPECT_EQ(config.engine.trust_ad.size(), 2U);
    EXPECT_TRUE(config.engine.allow_network.empty());
    EXPECT_EQ(config.engine.mx, MxScope::All);
    EXPECT_EQ(config.engine.probe_deadline, 90s);
    EXPECT_EQ(config.milter.control_header, "X-SmartTLS-Class");
    EXPECT_EQ(config.milter.trusted_routes.size(), 3U);
    EXPECT_EQ(config.milter.canary.str(), "127.0.0.1:25");
    EXPECT_EQ(config.milter.postfix_config, "/etc/postfix");
    EXPECT_EQ(config.milter.verdict_deadline, 25s);
    ASSERT_EQ(config.classes.size(), 1U);
    EXPECT_EQ(config.classes[0].level, Floor::Dane) << "who forgets the level gets the strictest";
    EXPECT_EQ(config.classes[0].grade, Grade::PhaseOut);
    EXPECT_EQ(config.classes[0].insecure, Shortfall::Hold);
    EXPECT_FALSE(config.classes[0].plaintext);
}

TEST(Config, HasNoCacheFileWhereItIsEmpty) {
    EXPECT_EQ(valid("[engine]\n").engine.cache_file, "/var/lib/smarttlsd/cache.db");
    EXPECT_EQ(valid("[engine]\ncache-file =\n").engine.cache_file, "");
}

TEST(Config, TakesEveryOptionOfTheEngine) {
    const EngineSettings engine = valid(R"([engine]
socket = /e.sock
resolver = 192.0.2.1:5353 [::1]:54
trust-ad = 192.0.2.1 ::1
ca-file = /ca.pem
profile = /etc/p.conf
allow-network = 10.0.0.0/8
mx = best
helo-name = gw.example.nl
source-address = 192.0.2.9
probe-deadline = 5s
min-ttl = 6s
max-ttl = 7m
failure-ttl = 8s
session-interval = 0s
session-limit = 10
cache-entries = 9
cache-file = /c.db)").engine;
    EXPECT_EQ(engine.socket, "/e.sock");
    ASSERT_EQ(engine.resolvers.size(), 2U);
    EXPECT_EQ(engine.resolvers[1].str(), "[::1]:54");
    ASSERT_EQ(engine.trust_ad.size(), 2U);
    EXPECT_EQ(engine.trust_ad[0].str(), "192.0.2.1/32");
    EXPECT_EQ(engine.ca_file, "/ca.pem");
    EXPECT_EQ(engine.profile, "/etc/p.conf");
    ASSERT_EQ(engine.allow_network.size(), 1U);
    EXPECT_EQ(engine.allow_network[0].str(), "10.0.0.0/8");
    EXPECT_EQ(engine.mx, MxScope::Best);
    EXPECT_EQ(engine.helo_name, "gw.example.nl");
    EXPECT_EQ(engine.source_address, "192.0.2.9");
    EXPECT_EQ(engine.probe_deadline, 5s);
    EXPECT_EQ(engine.min_ttl, 6s);
    EXPECT_EQ(engine.max_ttl, 7min);
    EXPECT_EQ(engine.failure_ttl, 8s);
    EXPECT_EQ(engine.session_interval, 0s);
    EXPECT_EQ(engine.session_limit, 10U);
    EXPECT_EQ(engine.cache_entries, 9U);
    EXPECT_EQ(engine.cache_file, "/c.db");
}

TEST(Config, TakesEveryOptionOfMilterAndStore) {
    const Config config = valid(R"([milter]
socket = inet:8891@127.0.0.1
control-header = X-Class
trusted-network = 192.0.2.0/24
trusted-route = smtp:[relay.nl]:587
canary = [::1]:2525
canary-recipient = probe@example.org
canary-interval = 10s
postfix-config = /etc/postfix-2
verdict-deadline = 11s
[store]
evidence = /e.db)");
    EXPECT_EQ(config.milter.socket, "inet:8891@127.0.0.1");
    EXPECT_EQ(config.milter.control_header, "X-Class");
    ASSERT_EQ(config.milter.trusted_networks.size(), 1U);
    EXPECT_EQ(config.milter.trusted_networks[0].str(), "192.0.2.0/24");
    ASSERT_EQ(config.milter.trusted_routes.size(), 1U);
    EXPECT_EQ(config.milter.trusted_routes[0].next_hop, "[relay.nl]:587");
    EXPECT_EQ(config.milter.canary.str(), "[::1]:2525");
    EXPECT_EQ(config.milter.canary_recipient, "probe@example.org");
    EXPECT_EQ(config.milter.canary_interval, 10s);
    EXPECT_EQ(config.milter.postfix_config, "/etc/postfix-2");
    EXPECT_EQ(config.milter.verdict_deadline, 11s);
    EXPECT_EQ(config.store.evidence, "/e.db");
}

TEST(Config, TakesEveryOptionOfTheDeliveryLog) {
    EXPECT_EQ(valid("").delivery_log.file, "");
    EXPECT_EQ(valid("").delivery_log.journal, "");
    EXPECT_EQ(valid("").delivery_log.mta, Mta::Postfix);
    const DeliveryLogSettings log =
        valid("[delivery-log]\nfile = /var/log/mail.log\njournal = postfix@-.service\nmta = sendmail").delivery_log;
    EXPECT_EQ(log.file, "/var/log/mail.log");
    EXPECT_EQ(log.journal, "postfix@-.service");
    EXPECT_EQ(log.mta, Mta::Sendmail);
    EXPECT_NE(mistakes("[delivery-log]\nfile = mail.log").find("is not an absolute path"), std::string::npos);
    EXPECT_NE(mistakes("[delivery-log]\njournal = --vacuum-size=1").find("is no unit"), std::string::npos);
    EXPECT_NE(mistakes("[delivery-log]\njournal = a b").find("is no unit"), std::string::npos);
    EXPECT_NE(mistakes("[delivery-log]\nmta = exim").find("is neither postfix nor sendmail"), std::string::npos);
}

TEST(Config, TakesEveryOptionOfAClass) {
    const auto config = parse(R"([class.medical-1]
level = mta-sts
grade = sufficient
insecure = reject
plaintext = hold
set-header = X-A: 1
set-header = X-B: 2 2
remove-header = X-C X-D)");
    ASSERT_TRUE(config) << config.error().what;
    const MailClass* found = config->find_class("MEDICAL-1");
    ASSERT_NE(found, nullptr) << "classes are found in any case";
    EXPECT_EQ(found->name, "medical-1");
    EXPECT_EQ(found->level, Floor::MtaSts);
    EXPECT_EQ(found->grade, Grade::Sufficient);
    EXPECT_EQ(found->insecure, Shortfall::Reject);
    EXPECT_EQ(found->plaintext, Shortfall::Hold);
    ASSERT_EQ(found->set_headers.size(), 2U);
    EXPECT_EQ(found->set_headers[1].value, "2 2") << "a blank does not end a header's value";
    EXPECT_EQ(found->remove_headers, (std::vector<std::string>{"X-C", "X-D"}));
    EXPECT_EQ(config->find_class("medical"), nullptr);
}

TEST(Config, NamesFileLineKeyAndTheNearestKey) {
    EXPECT_EQ(mistakes("[milter]\n\nsockett = /x\n[class.a]"),
              "f.conf:3: [milter]: unknown key \"sockett\"; did you mean \"socket\"?");
    EXPECT_EQ(mistakes("[class.a]\nlevl = dane"),
              "f.conf:2: [class.a]: unknown key \"levl\"; did you mean \"level\"?");
}

TEST(Config, SaysWhatIsWrongWithALine) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"[millter]\n[class.a]", "f.conf:1: unknown section \"millter\"; did you mean [milter]?"},
        {"[clas.gdpr]\n[class.a]", "f.conf:1: unknown section \"clas.gdpr\"; did you mean [class.gdpr]?"},
        {"[clas.\x1b[m]\n[class.a]", "f.conf:1: unknown section \"clas.\\x1b[m\""},
        {"[class]\n[class.a]", "f.conf:1: unknown section \"class\""},
        {"[something-else]\n[class.a]", "f.conf:1: unknown section \"something-else\""},
        {"[]\n[class.a]", "f.conf:1: unknown section \"\""},
        {"[engine\n[class.a]", "f.conf:1: the section has no \"]\""},
        {"[engine]\nmx = all\nmx = best\n[class.a]", "f.conf:3: [engine]: \"mx\" is set a second time"},
        {"[engine]\nmx = all\n[milter]\n[engine]\nmx = best\n[class.a]",
         "f.conf:5: [engine]: \"mx\" is set a second time"},
        {"[engine]\nmx = some\n[class.a]", "f.conf:2: [engine]: mx: \"some\" is neither all nor best"},
        {"[engine]\ncache-entries = many\n[class.a]",
         "f.conf:2: [engine]: cache-entries: \"many\" is not a whole number above 0"},
        {"socket = /x\n[class.a]", "f.conf:1: \"socket\" stands outside a known section"},
        {"[class.a]\ndane", "f.conf:2: \"dane\" is neither \"key = value\" nor a [section]"},
        {"[class.a]\n= dane", "f.conf:2: [class.a]: unknown key \"\""},
        {"[class.a]\nlevel = secure", "f.conf:2: [class.a]: level: \"secure\" is none of encrypted, pkix, mta-sts, dane"},
        {"[class.a]\ngrade = none", "f.conf:2: [class.a]: grade: \"none\" is none of good, sufficient, phase-out, insufficient"},
        {"[class.a]\ninsecure = deliver",
         "f.conf:2: [class.a]: insecure: \"deliver\" is not available in this version, which has no "
         "exceptions yet; use portal, hold or reject"},
        {"[class.A]", "f.conf:1: \"A\" is no class name: 1 to 32 of a-z, 0-9 and hyphen"},
        {"[class.]", "f.conf:1: \"\" is no class name: 1 to 32 of a-z, 0-9 and hyphen"},
        {"[milter]\npostfix-config =\n[class.a]",
         "f.conf:2: [milter]: postfix-config: \"\" is not an absolute path"},
        {"[class.a]\nle\x01vel = dane\n", "f.conf:2: [class.a]: unknown key \"le\\x01vel\"; did you mean \"level\"?"},
    };
    for (const auto& [text, expected] : rows) EXPECT_EQ(mistakes(text), expected) << text;
}

TEST(Config, TellsAllMistakesAtOnceOnePerLine) {
    EXPECT_EQ(mistakes("[engine]\nmx = some\nfoo = 1\n[class.a]\nlevel = x"),
              "f.conf:2: [engine]: mx: \"some\" is neither all nor best\n"
              "f.conf:3: [engine]: unknown key \"foo\"\n"
              "f.conf:5: [class.a]: level: \"x\" is none of encrypted, pkix, mta-sts, dane");
}

TEST(Config, WithoutAClassIsRefused) {
    constexpr std::string_view kNone = "no class is configured: add a section such as [class.nta7516]";
    EXPECT_EQ(mistakes(""), kNone) << "the empty file";
    EXPECT_EQ(mistakes("[milter]\nsocket = /x\n"), kNone);
    EXPECT_EQ(parse_config({}).error().what, kNone);
}

TEST(Config, RefusesTtlBoundsThatContradictEachOther) {
    EXPECT_EQ(mistakes("[engine]\nmin-ttl = 2h\n[class.a]"),
              "[engine]: min-ttl is longer than max-ttl");
    EXPECT_EQ(valid("[engine]\nmin-ttl = 1h").engine.min_ttl, 1h);
}

TEST(Config, IgnoresCommentsAndBlankLines) {
    EXPECT_EQ(valid("# c\n; c\n  # c\n\n   \n[engine]\n#mx = some\n;mx = some").engine.mx, MxScope::All);
}

TEST(Config, KeepsHashesSemicolonsAndEqualSignsInValues) {
    const Config config = valid("[class.a]\nset-header = X: a#b ; c = d # e");
    EXPECT_EQ(config.find_class("a")->set_headers.at(0).value, "a#b ; c = d # e");
}

TEST(Config, TakesLinesThatEndAsInDos) {
    const Config config = valid("[engine]\r\nsocket = /x\r\n\r\n# c\r\nmx = best\r");
    EXPECT_EQ(config.engine.socket, "/x");
    EXPECT_EQ(config.engine.mx, MxScope::Best);
}

TEST(Config, DoesNotNeedBlanksOrAFinalNewline) {
    const auto config = parse("[class.a]\nlevel=pkix\n  insecure   =   reject");
    ASSERT_TRUE(config);
    EXPECT_EQ(config->classes[0].level, Floor::Pkix);
    EXPECT_EQ(config->classes[0].insecure, Shortfall::Reject);
}

TEST(Config, FirstSettingOfARepeatableOptionReplacesItsDefault) {
    const auto networks = valid("[milter]\ntrusted-network = 10.0.0.1\ntrusted-network = 10.0.0.2 10.0.0.3").milter.trusted_networks;
    ASSERT_EQ(networks.size(), 3U);
    EXPECT_EQ(networks[0].str(), "10.0.0.1/32");
    EXPECT_EQ(networks[2].str(), "10.0.0.3/32");
}

TEST(Config, EmptyValueOfARepeatableOptionIsAnEmptyList) {
    EXPECT_TRUE(valid("[milter]\ntrusted-network =").milter.trusted_networks.empty());
    EXPECT_TRUE(valid("[milter]\ntrusted-route =").milter.trusted_routes.empty());
}

TEST(Config, EmptyValueOfAnOptionWithoutDefaultMeansNotSet) {
    const auto config = parse_config({{"a", "[engine]\nhelo-name = x\nsource-address = 192.0.2.1\n"
                                            "[class.a]\nplaintext = reject\nset-header = X: 1"},
                                      {"b", "[engine]\nhelo-name =\nsource-address =\n"
                                            "[class.a]\nplaintext =\nset-header ="}});
    ASSERT_TRUE(config) << config.error().what;
    EXPECT_EQ(config->engine.helo_name, "");
    EXPECT_EQ(config->engine.source_address, "");
    EXPECT_FALSE(config->classes[0].plaintext);
    EXPECT_TRUE(config->classes[0].set_headers.empty());
}

TEST(Config, LaterFilesOverrideEarlierOnesOptionByOption) {
    const auto config = parse_config({{"a", "[milter]\ncontrol-header = X-A\ntrusted-route = a b\n"
                                            "[class.x]\nlevel = pkix\ninsecure = reject"},
                                      {"b", "[milter]\ntrusted-route = c\n"
                                            "[class.x]\nlevel = dane\n[class.y]"}});
    ASSERT_TRUE(config) << config.error().what;
    EXPECT_EQ(config->milter.control_header, "X-A");
    ASSERT_EQ(config->milter.trusted_routes.size(), 1U) << "a list is replaced, not lengthened";
    EXPECT_EQ(config->milter.trusted_routes[0].transport, "c");
    ASSERT_EQ(config->classes.size(), 2U);
    EXPECT_EQ(config->classes[0].level, Floor::Dane);
    EXPECT_EQ(config->classes[0].insecure, Shortfall::Reject) << "what the later file does not say stays";
}

TEST(Config, NamesTheFileThatHasTheMistake) {
    const auto config = parse_config({{"a", "[class.x]"}, {"b", "level = dane"}});
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().what, "b:1: \"level\" stands outside a known section")
        << "a section does not reach into the next file";
}

TEST(Config, VersionChangesWithTheText) {
    const std::string version = valid("[engine]\nmx = all").version;
    EXPECT_EQ(version.size(), 16U);
    EXPECT_EQ(version.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(version, valid("[engine]\nmx = all").version);
    EXPECT_NE(version, valid("[engine]\nmx = best").version);
}

class ConfigFiles : public ::testing::Test {
  protected:
    std::string write(const std::string& name, std::string_view text) const {
        const std::filesystem::path path = directory_.file(name);
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text;
        return path.string();
    }
    store::test::ScratchDirectory directory_;
};

TEST_F(ConfigFiles, InConfDAreReadInTheOrderOfTheirNames) {
    const std::string file = write("smarttls.conf", "[milter]\ncontrol-header = X-Main\n[class.a]");
    write("conf.d/20-b.conf", "[milter]\ncontrol-header = X-Twenty");
    write("conf.d/10-a.conf", "[milter]\ncontrol-header = X-Ten\nverdict-deadline = 3s");
    write("conf.d/30-c.conf.dpkg-old", "[milter]\ncontrol-header = X-Old");
    write("conf.d/README", "not a configuration");
    const auto config = load_config(file);
    ASSERT_TRUE(config) << config.error().what;
    EXPECT_EQ(config->milter.control_header, "X-Twenty");
    EXPECT_EQ(config->milter.verdict_deadline, 3s);
}

TEST_F(ConfigFiles, AreReadWithoutConfDToo) {
    const auto config = load_config(write("smarttls.conf", "[class.a]"));
    EXPECT_TRUE(config) << config.error().what;
}

TEST_F(ConfigFiles, ThatAreMissingAreNamed) {
    const auto config = load_config(directory_.file("none.conf"));
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().kind, ErrorKind::Misconfigured);
    EXPECT_EQ(config.error().what, "configuration: " + directory_.file("none.conf") + ": cannot be read");
}

TEST_F(ConfigFiles, ThatAreDirectoriesAreNamed) {
    const std::string file = write("smarttls.conf", "[class.a]");
    std::filesystem::create_directories(directory_.file("conf.d/x.conf"));
    const auto config = load_config(file);
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().what, "configuration: " + directory_.file("conf.d/x.conf") + ": cannot be read");
}

TEST_F(ConfigFiles, TellAMistakeWithTheirWholePath) {
    const std::string file = write("smarttls.conf", "[class.a]");
    const std::string part = write("conf.d/10.conf", "\n[class.a]\nlevel = x");
    const auto config = load_config(file);
    ASSERT_FALSE(config);
    EXPECT_TRUE(config.error().what.starts_with(part + ":3: [class.a]: level: ")) << config.error().what;
}

TEST(Config, RefusesResolversOfWhichOnlySomeAreTrusted) {
    const auto with = [](const std::string& lines) {
        return parse_config({{"f", "[engine]\n" + lines + "\n[class.a]\n"}});
    };
    const auto mixed = with("resolver = 127.0.0.1 192.0.2.1:5353");
    ASSERT_FALSE(mixed);
    EXPECT_EQ(mixed.error().what,
              "[engine]: trust-ad covers resolver 127.0.0.1:53 but not resolver 192.0.2.1:5353: signed "
              "domains would count as unsigned whenever the first is silent; let trust-ad cover all "
              "resolvers, or none");
    EXPECT_TRUE(with("resolver = 127.0.0.1 ::1"));
    EXPECT_TRUE(with("resolver = 192.0.2.1 192.0.2.2"));
    EXPECT_TRUE(with("resolver = 127.0.0.1 192.0.2.1\ntrust-ad = 127.0.0.1 192.0.2.0/24"));
}

TEST(Config, ReadsWhatAClassAsksOfTheNtaRecord) {
    const auto with = [](const std::string& line) {
        return parse_config({{"f", "[class.a]\n" + line + "\n"}});
    };
    EXPECT_EQ(with("")->classes[0].nta_record, NtaRecord::Recorded);
    EXPECT_EQ(with("nta-record = required")->classes[0].nta_record, NtaRecord::Required);
    ASSERT_FALSE(with("nta-record = yes"));
    EXPECT_NE(with("nta-record = yes").error().what.find("neither recorded nor required"), std::string::npos);
}

}  // namespace
}  // namespace smarttls::policy

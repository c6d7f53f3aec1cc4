// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tlsrpt.h"

#include <gtest/gtest.h>

#include "tests/unit/smarttls/verdicts.h"

namespace smarttls::engine {
namespace {

using policy::Level;
using policy::StsMode;

policy::Verdict enforced(std::vector<std::string> patterns) {
    policy::Verdict found = verdict("a.nl", Level::MtaSts, {host("mx.a.nl", Level::MtaSts)});
    found.sts = policy::StsFacts{StsMode::Enforce, "1", 604'800, std::move(patterns)};
    return found;
}

std::string with_tlsrpt(MapAnswer answer, const policy::Verdict& verdict) {
    add_tlsrpt(answer, verdict);
    return answer.text;
}

const MapAnswer kSecure{AnswerStatus::Ok, "secure match=mx.a.nl servername=hostname"};

TEST(Tlsrpt, NamesThePolicyThatAnAnswerComesFrom) {
    EXPECT_EQ(with_tlsrpt(kSecure, enforced({"mx.a.nl", "*.b.nl"})),
              "secure match=mx.a.nl servername=hostname policy_type=sts policy_domain=a.nl "
              "mx_host_pattern=mx.a.nl mx_host_pattern=*.b.nl { policy_string = version: STSv1 } "
              "{ policy_string = mode: enforce } { policy_string = mx: mx.a.nl } "
              "{ policy_string = mx: *.b.nl } { policy_string = max_age: 604800 }");
}

TEST(Tlsrpt, LeavesOtherAnswersAlone) {
    const policy::Verdict good = enforced({"mx.a.nl"});
    for (const MapAnswer& answer : {MapAnswer{AnswerStatus::Ok, "dane-only"},
                                    MapAnswer{AnswerStatus::Temp, "secure is not reached"},
                                    MapAnswer{AnswerStatus::NotFound, ""}}) {
        EXPECT_EQ(with_tlsrpt(answer, good), answer.text);
    }
    policy::Verdict testing = good;
    testing.sts->mode = StsMode::Testing;
    EXPECT_EQ(with_tlsrpt(kSecure, testing), kSecure.text);
    policy::Verdict pkix = good;
    pkix.level = Level::Pkix;
    EXPECT_EQ(with_tlsrpt(kSecure, pkix), kSecure.text) << "a host that its policy does not name";
    pkix.sts.reset();
    EXPECT_EQ(with_tlsrpt(kSecure, pkix), kSecure.text);
}

/// Whatever a stranger writes into his policy, it is no attribute of ours.
TEST(Tlsrpt, NeverPassesOnWhatCouldEndAnAttribute) {
    for (const std::string pattern :
         {"mx.a.nl match=evil", "a.nl }", "{", "", "*", "a\n.nl", "*.*.nl"}) {
        EXPECT_EQ(with_tlsrpt(kSecure, enforced({"mx.a.nl", pattern})), kSecure.text) << pattern;
    }
    policy::Verdict literal = enforced({"mx.a.nl"});
    literal.domain = "[mx.a.nl]:25";
    EXPECT_EQ(with_tlsrpt(kSecure, literal), kSecure.text);
}

}  // namespace
}  // namespace smarttls::engine

// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/record.h"

#include <gtest/gtest.h>

namespace smarttls::engine {
namespace {

struct Row {
    const char* what;
    std::vector<std::string> texts;
    StsRecordState state;
    std::string id;
};

std::vector<Row> rows() {
    using enum StsRecordState;
    const std::string longest(32, '9');
    return {
        {"as in the RFC", {"v=STSv1; id=20160831085700Z;"}, Found, "20160831085700Z"},
        {"no semicolon at the end", {"v=STSv1; id=a1"}, Found, "a1"},
        {"no blanks at all", {"v=STSv1;id=a1;"}, Found, "a1"},
        {"blanks and tabs around the semicolons", {"v=STSv1 \t; \tid=a1 ; "}, Found, "a1"},
        {"the longest id", {"v=STSv1; id=" + longest}, Found, longest},
        {"case of an id is kept", {"v=STSv1; id=AbC"}, Found, "AbC"},
        {"unknown fields before and behind", {"v=STSv1; x=1; id=a1; y.z=2;"}, Found, "a1"},
        {"records of others beside it", {"v=spf1 -all", "v=STSv1; id=a1", ""}, Found, "a1"},
        {"the record of a later version beside it",
         {"v=STSv10; id=b", "v=STSv1; id=a1"},
         Found,
         "a1"},
        {"nothing", {}, Absent, ""},
        {"an empty text", {""}, Absent, ""},
        {"another version", {"v=STSv2; id=a1"}, Absent, ""},
        {"a longer version", {"v=STSv12; id=a1"}, Absent, ""},
        {"the version in another case", {"V=STSv1; id=a1", "v=stsv1; id=a1"}, Absent, ""},
        {"the version not first", {"id=a1; v=STSv1;"}, Absent, ""},
        {"a blank before the version", {" v=STSv1; id=a1"}, Absent, ""},
        {"the version alone", {"v=STSv1"}, Absent, ""},
        {"two records", {"v=STSv1; id=a1", "v=STSv1; id=a2"}, Invalid, ""},
        {"the same record twice", {"v=STSv1; id=a1", "v=STSv1; id=a1"}, Invalid, ""},
        {"no id", {"v=STSv1;"}, Invalid, ""},
        {"an empty id", {"v=STSv1; id=;"}, Invalid, ""},
        {"an id too long", {"v=STSv1; id=" + longest + "9"}, Invalid, ""},
        {"an id that is not alphanumeric", {"v=STSv1; id=2026-11-23"}, Invalid, ""},
        {"an id in UTF-8", {"v=STSv1; id=\xc3\xa9"}, Invalid, ""},
        {"a blank within the id", {"v=STSv1; id=a 1"}, Invalid, ""},
        {"id in another case is another field", {"v=STSv1; ID=a1"}, Invalid, ""},
        {"two ids", {"v=STSv1; id=a1; id=a2"}, Invalid, ""},
        {"a zero byte", {std::string("v=STSv1; id=a\0b", 15)}, Invalid, ""},
    };
}

TEST(StsRecord, IsFoundByTheRulesOfTheRfc) {
    for (const Row& row : rows()) {
        const StsRecord record = find_record(row.texts);
        EXPECT_EQ(record.state, row.state) << row.what;
        EXPECT_EQ(record.id, row.id) << row.what;
    }
}

}  // namespace
}  // namespace smarttls::engine

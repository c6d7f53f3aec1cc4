// SPDX-License-Identifier: Apache-2.0
#include "policy/msip_labels.h"

#include <gtest/gtest.h>

namespace smarttls::policy {
namespace {

const std::string kOne = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
const std::string kTwo = "f47ac10b-58cc-4372-a567-0e02b2c3d479";
const std::string kTenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const std::string kOther = "00000000-0000-4000-8000-000000000001";

std::string pair(const std::string& id, const std::string& attribute, const std::string& value) {
    return "MSIP_Label_" + id + "_" + attribute + "=" + value;
}

/// "<id> <tenants>" of each label that is enabled.
std::vector<std::string> enabled(const std::vector<std::string>& values) {
    MsipLabels labels;
    for (const std::string& value : values) EXPECT_TRUE(labels.saw("MSIP_Labels", value));
    std::vector<std::string> found;
    for (const Label& label : labels.enabled()) {
        std::string text = label.id;
        for (const std::string& tenant : label.tenants) text += " " + tenant;
        found.push_back(text);
    }
    return found;
}
using Found = std::vector<std::string>;

TEST(MsipLabels, AreReadAsOutlookWritesThem) {
    EXPECT_EQ(enabled({pair(kOne, "Enabled", "true") + "; " + pair(kOne, "SetDate", "2026-11-23T10:00:00Z") + "; " +
                       pair(kOne, "Method", "Standard") + "; " + pair(kOne, "Name", "Strictly = Confidential") + "; " +
                       pair(kOne, "SiteId", kTenant) + "; " + pair(kOne, "ContentBits", "0") + ";"}),
              Found{kOne + " " + kTenant});
}

TEST(MsipLabels, AreReadInAnyOrderCaseAndFold) {
    EXPECT_EQ(enabled({"msip_label_" + kOne + "_SITEID = " + kTenant + ";MSIP_LABEL_6BA7B810-9DAD-11D1-\r\n 80b4-00c04fd430c8_en\n\tabled= TRUE"}),
              Found{kOne + " " + kTenant});
    EXPECT_EQ(enabled({pair(kOne, "Enabled", "true"), pair(kOne, "SiteId", kTenant)}), Found{kOne + " " + kTenant}) << "two fields";
    EXPECT_EQ(enabled({"=?utf-8?Q?" + pair(kOne, "Enabled", "true") + ";_" + pair(kOne, "Name", "Vertr=C3=A4ulich") + ";?=\r\n =?utf-8?Q?" +
                       pair(kOne, "SiteId", kTenant) + "?="}),
              Found{})
        << "Q writes '_' for a blank, so that names would come apart";
    EXPECT_EQ(enabled({"=?utf-8?B?TVNJUF9MYWJlbF82YmE3YjgxMC05ZGFkLTExZDEtODBiNC0wMGMwNGZkNDMwYzhfRW5hYmxlZD10cnVl?="}), Found{kOne});
}

TEST(MsipLabels, SeveralTenantsAndLabels) {
    EXPECT_EQ(enabled({pair(kOne, "Enabled", "true") + ";" + pair(kOne, "SiteId", kTenant) + ";" + pair(kTwo, "Enabled", "true") + ";" +
                       pair(kTwo, "SiteId", kOther) + ";" + pair(kTwo, "SiteId", kTenant)}),
              (Found{kOne + " " + kTenant, kTwo + " " + kOther + " " + kTenant}));
}

TEST(MsipLabels, ThoseThatAreNotEnabledDoNotCount) {
    for (const std::string& value : {pair(kOne, "Enabled", "false") + ";" + pair(kOne, "SiteId", kTenant), pair(kOne, "SiteId", kTenant),
                                     pair(kOne, "Enabled", ""), pair("not-a-guid", "Enabled", "true"), std::string("Enabled=true"),
                                     std::string(";;=;=;MSIP_Label_;MSIP_Label_=true"), std::string(100'000, ';'), std::string()}) {
        EXPECT_EQ(enabled({value}), Found{}) << value.substr(0, 100);
    }
    EXPECT_EQ(enabled({pair(kOne, "Enabled", "false"), pair(kOne, "Enabled", "true")}), Found{kOne}) << "one that says so is enough";
}

TEST(MsipLabels, OneFieldForEachAttribute) {
    MsipLabels labels;
    EXPECT_TRUE(labels.saw("msip_label_" + kOne + "_enabled", "true"));
    EXPECT_TRUE(labels.saw("MSIP_Label_" + kOne + "_SiteId", kTenant));
    EXPECT_FALSE(labels.saw("msip_justification", "x"));
    EXPECT_FALSE(labels.saw("Subject", pair(kTwo, "Enabled", "true")));
    ASSERT_EQ(labels.enabled().size(), 1U);
    EXPECT_EQ(labels.enabled()[0].tenants, std::set<std::string>{kTenant});
}

}  // namespace
}  // namespace smarttls::policy

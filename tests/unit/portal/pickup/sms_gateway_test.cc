// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/sms_gateway.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/store/scratch.h"

namespace smarttls::portal {
namespace {

using policy::ErrorKind;
using store::test::soon;

TEST(SmsGateway, NoneIsAMistakeInTheConfiguration) {
    const SmsGateway gateway(policy::SmsSettings{});
    EXPECT_FALSE(gateway.is_there());
    EXPECT_EQ(gateway.send("+31612345678", "x", soon()).error().kind, ErrorKind::Misconfigured);
}

TEST(SmsGateway, ACommandGetsTheNumberAsArgumentAndTheTextAsInput) {
    const store::test::ScratchDirectory directory;
    const std::string script = directory.file("send");
    std::ofstream(script) << "#!/bin/sh\n{ echo \"$# $1\"; cat; } > " << directory.file("sent") << "\n";
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    policy::SmsSettings settings;
    settings.command = script;
    const auto sent = SmsGateway(settings).send("+31612345678", "$(id) `id` \"x\"", soon());
    ASSERT_TRUE(sent) << sent.error().what;
    std::ostringstream text;
    text << std::ifstream(directory.file("sent")).rdbuf();
    EXPECT_EQ(text.str(), "1 +31612345678\n$(id) `id` \"x\"");
}

TEST(SmsGateway, ACommandThatFailsIsAnError) {
    policy::SmsSettings settings;
    settings.command = "/bin/false";
    EXPECT_FALSE(SmsGateway(settings).send("+31612345678", "x", soon()));
}

TEST(SmsGateway, AnUnknownPlaceInTheConfigurationIsNamedAndNothingIsSent) {
    policy::SmsSettings settings;
    settings.method = "POST";
    settings.url = "http://127.0.0.1:1/{{nummer}}";
    const auto sent = SmsGateway(settings).send("+31612345678", "x", soon());
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().kind, ErrorKind::Misconfigured);
    EXPECT_NE(sent.error().what.find("{{nummer}}"), std::string::npos);
}

TEST(SmsGateway, WhatGoesWrongDoesNotTellTheNumber) {
    policy::SmsSettings settings;
    settings.method = "POST";
    settings.url = "http://127.0.0.1:1/?to={{number}}";
    const auto sent = SmsGateway(settings).send("+31612345678", "x", soon());
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().kind, ErrorKind::Temporary);
    EXPECT_EQ(sent.error().what.find("612345678"), std::string::npos) << sent.error().what;
}

}  // namespace
}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
//
// The profiles that ship in conf/profiles, by name.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "policy/profile.h"

namespace smarttls::policy::test {

inline Profile shipped_profile(const std::string& name) {
    const std::string file = std::string(SMARTTLS_SOURCE_DIR) + "/conf/profiles/" + name + ".conf";
    std::ifstream stream(file);
    const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    auto profile = Profile::parse(file, text);
    EXPECT_TRUE(profile) << profile.error().what;
    return *std::move(profile);
}

}  // namespace smarttls::policy::test

// SPDX-License-Identifier: Apache-2.0
//
// What checks of Postfix's configuration complain about. Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "policy/result.h"

namespace smarttls::milter::test {

/// The error, which has to be Misconfigured.
inline std::string error_of(const policy::Result<void>& result) {
    if (result) return "no error";
    EXPECT_EQ(result.error().kind, policy::ErrorKind::Misconfigured) << result.error().what;
    return result.error().what;
}

inline void expect_names(const std::string& error, const std::string& line, const std::string& what) {
    EXPECT_NE(error.find(line), std::string::npos) << what << ": " << error;
}

}  // namespace smarttls::milter::test

// SPDX-License-Identifier: Apache-2.0
//
// Central European Time for a test, whatever the machine's zone and without its zone files.
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

namespace smarttls::portal::test {

class CentralEuropeanTime : public ::testing::Test {
  protected:
    CentralEuropeanTime() {
        if (const char* zone = std::getenv("TZ")) before_ = zone;
        ::setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
        ::tzset();
    }
    ~CentralEuropeanTime() override {
        if (before_) ::setenv("TZ", before_->c_str(), 1);
        if (!before_) ::unsetenv("TZ");
        ::tzset();
    }

  private:
    std::optional<std::string> before_;
};

}  // namespace smarttls::portal::test

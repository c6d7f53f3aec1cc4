// SPDX-License-Identifier: Apache-2.0
//
// CheckRun: one run of "smarttls check" over its domains: asks many at once, writes them in the order
// given, counts them, and ends early on Ctrl-C.
//
//     int status = CheckRun(job, screen, inquiry).finish();
//
// Threads: one. While it runs SIGINT is blocked and read (sigtimedwait(2)), so that no handler needs
// a global variable.
#pragma once

#include <optional>
#include <vector>

#include "policy/recipient_kind.h"
#include "portal/command/check.h"
#include "portal/command/check_arguments.h"
#include "portal/command/check_inquiry.h"
#include "portal/command/check_summary.h"

namespace smarttls::portal {

inline constexpr int kExitInterrupted = 130;  // 128 + SIGINT, as shells count

struct CheckJob {
    const policy::Config& config;
    const policy::MailClass& mail_class;
    Targets targets;
    bool json = false;
    bool whole = false;  // reports instead of lines
    policy::ConsumerDomains consumers = {};
};

class CheckRun {
  public:
    CheckRun(CheckJob job, const CheckScreen& screen, Inquiry& inquiry);
    [[nodiscard]] int finish();

  private:
    void begin_more();
    void write_finished();
    void write_what_is_there();
    void write(const Target& target, const Finding& finding);
    void write_error(const Target& target, const policy::Error& error);
    void write_verdict(const Target& target, const Finding& finding);
    void write_summary();

    CheckJob job_;
    const CheckScreen& screen_;
    Inquiry& inquiry_;
    std::vector<std::optional<Finding>> findings_;  // until they are written
    std::size_t begun_ = 0;
    std::size_t ended_ = 0;
    std::size_t written_ = 0;
    std::size_t name_columns_ = 0;
    Summary summary_;
    Progress progress_;
    int status_ = 0;
};

}  // namespace smarttls::portal

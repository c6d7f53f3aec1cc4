// SPDX-License-Identifier: Apache-2.0
//
// Summary: what a check of several domains found, counted: levels, grades, classes that are met, and
// the reasons that occur most often.
//
//     Summary summary(config.classes);
//     summary.count(verdict);  summary.count(error);
//     out << summary.text(targets, elapsed, layout);
//
// Threads: one.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "policy/config.h"
#include "policy/verdict.h"
#include "portal/command/table.h"

namespace smarttls::portal {

class Summary {
  public:
    explicit Summary(const std::vector<policy::MailClass>& classes);

    void count(const policy::Verdict& verdict);
    void count_without_answer() { ++unanswered_; }
    void count_without_domain() { ++unreadable_; }
    void count_repeated(std::size_t times) { repeated_ += times; }

    /// Domains, answered or not, that were dealt with so far.
    [[nodiscard]] std::size_t done() const { return verdicts_ + unanswered_ + unreadable_; }

    [[nodiscard]] std::string text(std::size_t targets, std::chrono::milliseconds elapsed,
                                   const Layout& layout) const;

  private:
    struct ClassCount {
        policy::MailClass mail_class;
        std::size_t met = 0;
        std::size_t unknown = 0;
    };

    [[nodiscard]] std::string heading(std::size_t targets, std::chrono::milliseconds elapsed) const;
    void add_classes(Table& table) const;
    void add_reasons(Table& table) const;

    std::vector<ClassCount> classes_;
    std::map<policy::Level, std::size_t> levels_;
    std::map<policy::Grade, std::size_t> grades_;
    std::map<policy::Reason, std::size_t> reasons_;
    std::size_t verdicts_ = 0;
    std::size_t unanswered_ = 0;
    std::size_t unreadable_ = 0;
    std::size_t repeated_ = 0;
};

}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check_run.h"

#include <signal.h>

#include <algorithm>
#include <boost/json.hpp>
#include <ctime>

#include "policy/decision.h"
#include "portal/command/check_report.h"
#include "portal/command/exit_status.h"

namespace smarttls::portal {
namespace {

using std::chrono_literals::operator""ms;

constexpr auto kTurn = 100ms;  // Ctrl-C is seen after so long at the latest

/// Holds SIGINT back, so that it can be asked for.
class HeldInterrupt {
  public:
    HeldInterrupt() {
        sigemptyset(&interrupt_);
        sigaddset(&interrupt_, SIGINT);
        pthread_sigmask(SIG_BLOCK, &interrupt_, &before_);
    }
    ~HeldInterrupt() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    HeldInterrupt(const HeldInterrupt&) = delete;
    HeldInterrupt& operator=(const HeldInterrupt&) = delete;

    [[nodiscard]] bool came() const {
        const timespec at_once{};
        return sigtimedwait(&interrupt_, nullptr, &at_once) == SIGINT;
    }

  private:
    sigset_t interrupt_{};
    sigset_t before_{};
};

int status_of(const policy::MailClass& mail_class, const policy::Verdict& verdict) {
    switch (policy::reach(verdict, mail_class)) {
        case policy::Reach::Enough: return kExitYes;
        case policy::Reach::TooLittle: return kExitNo;
        case policy::Reach::Unknown: break;
    }
    return kExitTemporary;
}

/// As it is named in every line: in its canonical form where it has one.
std::string name_of(const Target& target) {
    return target.next_hop ? target.next_hop->str() : target.text;
}

}  // namespace

CheckRun::CheckRun(CheckJob job, const CheckScreen& screen, Inquiry& inquiry)
    : job_(std::move(job)),
      screen_(screen),
      inquiry_(inquiry),
      findings_(job_.targets.all.size()),
      summary_(job_.config.classes),
      progress_(screen.err, job_.targets.all.size(),
                job_.targets.all.size() > 1 ? screen.progress : Progress::Visibility::Hidden) {
    constexpr std::size_t kMostColumns = 30;
    for (const Target& target : job_.targets.all) {
        name_columns_ = std::max(name_columns_, columns(printable(name_of(target))));
    }
    name_columns_ = std::min(name_columns_, kMostColumns);
    summary_.count_repeated(job_.targets.repeated);
}

int CheckRun::finish() {
    const HeldInterrupt interrupt;
    bool interrupted = false;
    while (!interrupted && written_ < findings_.size()) {
        begin_more();
        if (inquiry_.running() > 0) inquiry_.work(kTurn);
        write_finished();
        progress_.show(ended_);
        interrupted = interrupt.came();
    }
    progress_.clear();
    if (interrupted) write_what_is_there();
    if (findings_.size() > 1) write_summary();
    return interrupted ? kExitInterrupted : status_;
}

void CheckRun::begin_more() {
    while (begun_ < findings_.size() && inquiry_.has_room()) {
        const std::size_t index = begun_++;
        const Target& target = job_.targets.all[index];
        const auto keep = [this, index](Finding finding) {
            ++ended_;
            findings_[index] = std::move(finding);
        };
        if (target.next_hop) {
            inquiry_.begin(*target.next_hop, keep);
        } else {
            Finding none;
            none.verdict = tl::unexpected(target.next_hop.error());
            keep(std::move(none));
        }
    }
}

void CheckRun::write_finished() {
    if (written_ == findings_.size() || !findings_[written_]) return;
    progress_.clear();
    while (written_ < findings_.size() && findings_[written_]) {
        write(job_.targets.all[written_], *findings_[written_]);
        findings_[written_++].reset();
    }
    screen_.out.flush();
}

/// After Ctrl-C: what came in behind a domain that has no answer yet.
void CheckRun::write_what_is_there() {
    inquiry_.work(0ms);
    for (; written_ < findings_.size(); ++written_) {
        if (findings_[written_]) write(job_.targets.all[written_], *findings_[written_]);
    }
}

void CheckRun::write(const Target& target, const Finding& finding) {
    if (!finding.verdict) return write_error(target, finding.verdict.error());
    summary_.count(*finding.verdict);
    status_ = worse_status(status_, status_of(job_.mail_class, *finding.verdict));
    write_verdict(target, finding);
}

void CheckRun::write_error(const Target& target, const policy::Error& error) {
    const bool answered = target.next_hop.has_value();
    if (answered) summary_.count_without_answer();
    if (!answered) summary_.count_without_domain();
    status_ = worse_status(status_, exit_status(error.kind));
    const std::string before = answered ? name_of(target) + ": " : "";
    screen_.err << "smarttls check: " << printable(before + error.what) << std::endl;
    if (!job_.json) return;
    const boost::json::object line{{"domain", name_of(target)}, {"error", error.what}};
    screen_.out << safe_json(boost::json::serialize(line)) << '\n';
}

void CheckRun::write_verdict(const Target& target, const Finding& finding) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const Report context{job_.config, job_.mail_class, screen_.layout, now, &job_.consumers};
    if (job_.json) {
        screen_.out << safe_json(finding.json) << '\n';
    } else if (job_.whole) {
        if (written_ > 0) screen_.out << '\n';
        screen_.out << report(context, *target.next_hop, finding);
    } else {
        screen_.out << report_line(context, name_columns_, *finding.verdict);
    }
}

void CheckRun::write_summary() {
    const std::string text =
        summary_.text(findings_.size(), progress_.elapsed(), screen_.layout);
    if (job_.json) {
        screen_.err << text;
    } else {
        screen_.out << '\n' << text;
    }
}

}  // namespace smarttls::portal

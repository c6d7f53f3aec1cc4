// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>

#include "policy/decision.h"
#include "policy/text.h"
#include "portal/command/check_arguments.h"
#include "portal/command/check_inquiry.h"
#include "portal/command/check_run.h"
#include "portal/command/exit_status.h"

namespace smarttls::portal {
namespace {

using policy::Result;

const policy::MailClass* wanted_class(const policy::Config& config, const std::string& name) {
    if (!name.empty()) return config.find_class(name);
    std::vector<const policy::MailClass*> all;
    for (const policy::MailClass& mail_class : config.classes) all.push_back(&mail_class);
    return policy::strictest(all);
}

int complain(const CheckScreen& screen, const policy::Error& error, int status) {
    screen.err << "smarttls check: " << printable(error.what) << '\n';
    return status;
}

/// The engine where its socket answers and --direct does not forbid it.
Result<std::unique_ptr<Inquiry>> inquiry_for(const policy::EngineSettings& settings,
                                             const CheckArguments& arguments, DefaultMap default_map,
                                             std::ostream& err) {
    if (arguments.direct) return probe_from_here(settings, default_map);
    const auto answers = engine_answers(settings);
    if (answers) {
        return ask_engine(settings, arguments.fresh ? Ask::Fresh : Ask::Remembered, default_map);
    }
    err << "smarttls check: " << printable(answers.error().what) << "; probing from here\n";
    return probe_from_here(settings, default_map);
}

int run(const policy::Config& config, const CheckArguments& arguments,
        const policy::MailClass& mail_class, const CheckScreen& screen) {
    auto targets = targets_of(arguments, screen.in);
    if (!targets) return complain(screen, targets.error(), kExitUsage);
    const bool whole = arguments.whole || targets->all.size() == 1;
    const bool asks_default = whole && !arguments.json;
    auto inquiry = inquiry_for(config.engine, arguments,
                               asks_default ? DefaultMap::Asked : DefaultMap::Left, screen.err);
    if (!inquiry) return complain(screen, inquiry.error(), exit_status(inquiry.error().kind));
    CheckJob job{config, mail_class, *std::move(targets), arguments.json, whole};
    // Without the lists domains are shown as organisations: this is no place to complain about them.
    if (auto lists = policy::load_consumer_domains(config.milter.consumer_domains)) job.consumers = *std::move(lists);
    return CheckRun(std::move(job), screen, **inquiry).finish();
}

}  // namespace

int worse_status(int left, int right) {
    constexpr std::array kOrder{kExitYes,         kExitNo,    kExitTemporary,
                                kExitUnavailable, kExitUsage, kExitConfig};
    const auto rank = [&](int status) { return std::find(kOrder.begin(), kOrder.end(), status); };
    return std::max(left, right, [&](int one, int other) { return rank(one) < rank(other); });
}

int check_on(const policy::Config& config, const std::vector<std::string>& words,
             const CheckScreen& screen) {
    auto arguments = parse_check(words);
    if (!arguments) {
        complain(screen, arguments.error(), kExitUsage);
        screen.err << '\n' << kCheckUsage;
        return kExitUsage;
    }
    if (arguments->help) {
        screen.out << kCheckUsage;
        return kExitYes;
    }
    const policy::MailClass* mail_class = wanted_class(config, arguments->class_name);
    if (mail_class == nullptr) {
        return complain(screen,
                        {policy::ErrorKind::Malformed,
                         "there is no class " + policy::quote(arguments->class_name), 0},
                        kExitUsage);
    }
    return run(config, *arguments, *mail_class, screen);
}

int check(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out,
          std::ostream& err, Style style) {
    const bool shown = isatty(STDERR_FILENO) == 1;
    const CheckScreen screen{std::cin, out, err, Layout{0, output_columns(), style},
                             shown ? Progress::Visibility::Shown : Progress::Visibility::Hidden};
    return check_on(config, words, screen);
}

}  // namespace smarttls::portal

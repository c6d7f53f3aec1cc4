// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/program_options.hpp>

#include "portal/command/confirm.h"
#include "portal/command/either_log.h"
#include "portal/command/evidence_open.h"
#include "portal/command/exit_status.h"
#include "portal/command/keys.h"
#include "portal/command/parse_words.h"
#include "portal/command/person.h"
#include "store/evidence_appender.h"
#include "store/evidence_prune.h"
#include "store/sealing/key.h"

namespace smarttls::portal {
namespace {

namespace po = boost::program_options;
using policy::ErrorKind;
using policy::Result;
using store::Epoch;

constexpr std::string_view kUsage =
    "usage: smarttls keys destroy MONTH [--force] [--yes]\n"
    "\n"
    "Destroys the private key of a month that is over, such as 2026-11: what was sealed in it can never be read\n"
    "again, from no backup either that lacks the key. It is recorded as evidence. smarttls evidence prune names\n"
    "the months of which nothing is kept any more.\n"
    "\n"
    "  --force        although something of the month is still kept\n"
    "  --yes          does not ask\n"
    "\n"
    "Exit status: 0 destroyed, 1 refused or there is none, 2 usage, 69 the store cannot be written.\n";

struct Arguments {
    std::string month;
    bool force = false;
    bool yes = false;
    bool help = false;
};

Result<Arguments> parse(const std::vector<std::string>& words) {
    Arguments arguments;
    po::options_description options;
    options.add_options()("month", po::value(&arguments.month))("force", po::bool_switch(&arguments.force))(
        "yes", po::bool_switch(&arguments.yes))("help,h", po::bool_switch(&arguments.help));
    const auto values = parse_words(words, options, "month");
    if (!values) return tl::unexpected(values.error());
    return arguments;
}

store::EvidenceTime wall_time() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

/// Why it may not be destroyed.
Result<void> permit(const policy::Config& config, const Epoch& month, bool force) {
    const auto refuse = [](const std::string& why) { return policy::fail(ErrorKind::Permanent, why); };
    if (!(month < Epoch::of(std::chrono::floor<std::chrono::seconds>(wall_time())))) {
        return refuse("the month " + month.str() + " is not over: what is sealed with its key could not be read from the start");
    }
    const auto key = store::load_private_key(config.portal.private_keys, month);
    if (!key) return tl::unexpected(key.error());
    // Where later months lack a key the last one before serves; without its private half that must not happen.
    const auto next = store::load_public_key(config.store.public_keys, Epoch::of(std::chrono::floor<std::chrono::seconds>(wall_time())));
    if (!next) return because(next, "first there has to be a key for this month (smarttls keys create)");
    if (force) return policy::ok();
    const auto in_use = months_of_all_logs(config);
    if (!in_use) return tl::unexpected(in_use.error());
    if (std::find(in_use->begin(), in_use->end(), month) == in_use->end()) return policy::ok();
    return refuse("something that was sealed in " + month.str() + " is still kept; smarttls evidence prune takes what is too old,"
                  " --force destroys the key all the same");
}

/// Told first: a crash in between leaves a key that is destroyed by the next attempt, never one whose end nobody knows.
Result<void> destroy(const policy::Config& config, const Epoch& month) {
    store::EvidenceRecord record;
    record.event = store::kKeyDestruction;
    record.time = wall_time();
    record.client = person();
    record.outcome = "key-destruction";
    record.config_version = config.version;
    record.note = "the private key of " + month.str();
    const auto told = store::append_evidence(config.store, {&record, 1});
    if (!told) return tl::unexpected(told.error());
    return store::destroy_keys(config.store.public_keys, config.portal.private_keys, month);
}

}  // namespace

int keys_destroy(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out, std::ostream& err,
                 Style) {
    const auto arguments = parse(words);
    if (!arguments) return complain_about_usage(arguments.error(), "keys destroy", err);
    if (arguments->help) {
        out << kUsage;
        return kExitYes;
    }
    const auto month = Epoch::parse(arguments->month);
    if (!month) return complain_about_usage(month.error(), "keys destroy", err);
    auto done = permit(config, *month, arguments->force);
    if (done && !arguments->yes && !confirmed("Destroy the private key of " + month->str() + "?", out)) return kExitNo;
    if (done) done = destroy(config, *month);
    if (!done) {
        const int status = complain(done.error(), err);
        return done.error().kind == ErrorKind::Permanent ? kExitNo : status;
    }
    out << "The private key of " << month->str() << " is destroyed.\n";
    return kExitYes;
}

}  // namespace smarttls::portal

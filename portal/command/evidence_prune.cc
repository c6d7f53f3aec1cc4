// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_prune.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <filesystem>

#include "policy/text.h"
#include "portal/command/either_log.h"
#include "portal/command/evidence_erase.h"
#include "portal/command/evidence_open.h"
#include "portal/command/exit_status.h"
#include "portal/command/parse_words.h"
#include "portal/command/person.h"
#include "store/record_text.h"

namespace smarttls::portal {
namespace {

namespace po = boost::program_options;
using policy::because;
using store::Epoch;

constexpr std::string_view kUsage =
    "usage: smarttls evidence prune [--dry-run]\n"
    "\n"
    "Takes what is personal from evidence that is older than [class.NAME] evidence-retention: keys, ciphertexts\n"
    "and what it is found by. Records and hashes stay, and every proof stays valid; a record says how many of\n"
    "which class it were. What waits for pickup, for release or to be sent stays until that has ended. The\n"
    "portal's log is pruned, too.\n"
    "Months whose last record is gone are named: their private keys are needed no more. To be run daily.\n"
    "\n"
    "  --dry-run      counts and changes nothing\n"
    "\n"
    "Exit status: 0 done, 2 usage, 69 the store cannot be written, 78 configuration.\n";

/// Months before this one that have a private key and nothing that it opens.
std::vector<Epoch> months_done(const policy::Config& config, const std::vector<Epoch>& in_use) {
    const Epoch now = Epoch::of(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
    std::vector<Epoch> done;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(config.portal.private_keys, error), end; !error && entry != end;
         entry.increment(error)) {
        const auto epoch = Epoch::parse(entry->path().stem().string());
        const bool is_past = epoch && entry->path().extension() == ".key" && *epoch < now;
        if (is_past && std::find(in_use.begin(), in_use.end(), *epoch) == in_use.end()) done.push_back(*epoch);
    }
    std::sort(done.begin(), done.end());
    return done;
}

policy::Result<void> prune(const policy::Config& config, const policy::MailClass& one, bool dry, std::ostream& out) {
    out << printable(one.name) << ": ";
    if (one.evidence_retention.count() == 0) {
        out << "kept for ever (evidence-retention = 0s)\n";
        return policy::ok();
    }
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const store::PruneOrder order{one.name, now - one.evidence_retention, person(), config.version};
    store::Pruning done;
    for (const policy::StoreSettings& log : all_logs(config)) {
        const auto gone = dry ? count_prunable(log, order) : prune_evidence(log, order);
        if (!gone) return because(gone, log.evidence);
        done.parts += gone->parts;
        done.records += gone->records;
    }
    out << done.parts << " parts of " << done.records << " records from before " << store::rfc3339(order.before)
        << (dry ? " would go\n" : " are gone\n");
    return policy::ok();
}

}  // namespace

int evidence_prune(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out,
                   std::ostream& err, Style) {
    bool dry = false;
    bool help = false;
    po::options_description options;
    options.add_options()("dry-run", po::bool_switch(&dry))("help,h", po::bool_switch(&help));
    const auto values = parse_words(words, options);
    if (!values) return complain_about_usage(values.error(), "evidence prune", err);
    if (help) {
        out << kUsage;
        return kExitYes;
    }
    for (const policy::MailClass& one : config.classes) {
        const auto pruned = prune(config, one, dry, out);
        if (!pruned) return complain(pruned.error(), err);
    }
    const auto in_use = months_of_all_logs(config);
    if (!in_use) return complain(in_use.error(), err);
    for (const Epoch& month : months_done(config, *in_use)) {
        out << "Nothing of " << month.str() << " is kept any more: smarttls keys destroy " << month.str() << "\n";
    }
    return kExitYes;
}

}  // namespace smarttls::portal

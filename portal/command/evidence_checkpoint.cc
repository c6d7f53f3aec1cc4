// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_checkpoint.h"

#include <boost/program_options.hpp>
#include <chrono>

#include "portal/command/evidence_open.h"
#include "portal/command/exit_status.h"
#include "portal/command/parse_words.h"
#include "store/evidence_schema.h"
#include "store/migrations.h"

namespace smarttls::portal {
namespace {

namespace po = boost::program_options;
using policy::Result;
using store::CheckpointSigner;
using store::Database;
using store::StoredCheckpoint;

constexpr std::string_view kUsage =
    "usage: smarttls evidence checkpoint [--key]\n"
    "\n"
    "Signs what the evidence log is now, and prints it: one text that stands for every record so far.\n"
    "Keep it where nobody can change it who can change this machine. \"smarttls evidence verify --log\n"
    "--since-checkpoint FILE\" then shows whether a record before it was changed or left out.\n"
    "The milter signs one each minute as well while there is mail.\n"
    "\n"
    "  --key     prints the key by which others verify checkpoints, instead\n"
    "  --portal  of the portal's own log\n"
    "\n"
    "Exit status: 0 done, 1 the log is empty, 2 usage, 69 database unavailable, 78 configuration or no\n"
    "right to read the key.\n";

int print_key(const policy::Config& config, std::ostream& out, std::ostream& err) {
    const auto signer = CheckpointSigner::open(config.store);
    if (!signer) return complain(signer.error(), err);
    out << signer->verifier().str() << "\n";
    return kExitYes;
}

}  // namespace

Result<std::optional<StoredCheckpoint>> sign_now(const policy::StoreSettings& settings) {
    auto database = Database::open(settings.evidence, store::OpenMode::Existing);
    if (!database) return tl::unexpected(database.error());
    auto same = store::require_version(*database, store::evidence_migrations().size());
    if (!same) return because(same, "evidence database " + settings.evidence);
    const auto signer = CheckpointSigner::open(settings);
    if (!signer) return tl::unexpected(signer.error());
    return signer->sign(*database, std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

int evidence_checkpoint(const policy::Config& config, const std::vector<std::string>& arguments, std::ostream& out,
                        std::ostream& err, Style) {
    bool help = false;
    bool key = false;
    po::options_description options;
    options.add_options()("help,h", po::bool_switch(&help))("key", po::bool_switch(&key));
    if (const auto values = parse_words(arguments, options); !values) {
        return complain_about_usage(values.error(), "evidence checkpoint", err);
    }
    if (help) {
        out << kUsage;
        return kExitYes;
    }
    if (key) return print_key(config, out, err);
    const auto newest = sign_now(config.store);
    if (!newest) return complain(newest.error(), err);
    if (!*newest) {
        err << "smarttls: the evidence log is empty: there is nothing to sign\n";
        return kExitNo;
    }
    out << (*newest)->note;
    return kExitYes;
}

}  // namespace smarttls::portal

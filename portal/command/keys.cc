// SPDX-License-Identifier: Apache-2.0
#include "portal/command/keys.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <cerrno>
#include <filesystem>
#include <set>

#include "portal/command/evidence_open.h"
#include "portal/command/exit_status.h"
#include "portal/command/parse_words.h"
#include "store/sealing/key.h"

namespace smarttls::portal {
namespace {

namespace po = boost::program_options;
using policy::ErrorKind;
using policy::Result;
using store::Epoch;
using store::PrivateKey;
using store::PublicKey;

constexpr int kMonths = 12;
constexpr int kMostMonths = 120;

constexpr std::string_view kCreateUsage =
    "usage: smarttls keys create [--months N]\n"
    "\n"
    "Creates the key pairs of this month and of the next N, where they are missing. The public keys\n"
    "go to [store] public-keys, where the milter seals with them; the private keys, which open what\n"
    "was sealed, to [portal] private-keys. No key is ever replaced.\n"
    "\n"
    "  --months N     how many months ahead (12)\n"
    "\n"
    "Exit status: 0 all are there, 2 usage, 69 cannot write, 78 configuration.\n";

constexpr std::string_view kListUsage =
    "usage: smarttls keys list\n"
    "\n"
    "Lists the key pairs by month. Without the right to read the private keys it says so.\n"
    "\n"
    "Exit status: 0 there is a key for this month, 1 there is none, 2 usage.\n";

struct Arguments {
    int months = kMonths;
    bool help = false;
};

Result<Arguments> parse(const std::vector<std::string>& words, bool with_months) {
    Arguments arguments;
    po::options_description options;
    options.add_options()("help,h", po::bool_switch(&arguments.help));
    if (with_months) options.add_options()("months", po::value(&arguments.months));
    const auto values = parse_words(words, options);
    if (!values) return tl::unexpected(values.error());
    if (arguments.months >= 0 && arguments.months <= kMostMonths) return arguments;
    return policy::fail(ErrorKind::Malformed,
                        "--months takes a number from 0 to " + std::to_string(kMostMonths));
}

Epoch this_month() {
    return Epoch::of(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

bool is_missing(const policy::Error& error) {
    return error.code == ENOENT;
}

/// The private key first: a public key whose other half is nowhere would seal mail for good.
Result<PrivateKey> private_key(const std::string& directory, Epoch epoch) {
    auto found = store::load_private_key(directory, epoch);
    if (found || !is_missing(found.error())) return found;
    auto created = PrivateKey::create(epoch);
    if (!created) return created;
    auto stored = store_key(directory, *created);
    if (!stored) return tl::unexpected(stored.error());
    return store::load_private_key(directory, epoch);  // who came first, if two were at it
}

/// True: the public key was written; false: it was there already.
Result<bool> ensure(const policy::Config& config, Epoch epoch) {
    const std::string& directory = config.store.public_keys;
    auto there = store::load_public_key(directory, epoch);
    if (!there && !is_missing(there.error())) return tl::unexpected(there.error());
    if (there) {
        auto other = store::load_private_key(config.portal.private_keys, epoch);
        if (!other) return because(other, "the private half of the key of " + epoch.str());
        if (other->public_key().bytes == there->bytes) return false;
        return policy::fail(ErrorKind::Misconfigured,
                            "the two halves of the key of " + epoch.str() +
                                " do not belong together: restore both from the same backup");
    }
    auto created = private_key(config.portal.private_keys, epoch);
    if (!created) return tl::unexpected(created.error());
    return store_key(directory, created->public_key());
}

/// Months that have a file `.pub` or `.key`; nothing of a directory that cannot be read.
void collect(const std::string& directory, std::set<Epoch>& epochs) {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string kind = entry->path().extension().string();
        const auto epoch = Epoch::parse(entry->path().stem().string());
        if (epoch && (kind == ".pub" || kind == ".key")) epochs.insert(*epoch);
    }
}

std::string state_of(const policy::Config& config, Epoch epoch) {
    const auto open = store::load_public_key(config.store.public_keys, epoch);
    const auto secret = store::load_private_key(config.portal.private_keys, epoch);
    if (open && secret) {
        const bool pair = open->bytes == secret->public_key().bytes;
        return open->id() + (pair ? "  whole" : "  the halves do not belong together");
    }
    if (open) return open->id() + "  public half; private half: " + secret.error().what;
    if (!is_missing(open.error())) return open.error().what;
    return secret ? "the public half is missing; smarttls keys create writes it"
                  : secret.error().what;
}

}  // namespace

int keys_create(const policy::Config& config, const std::vector<std::string>& words,
                std::ostream& out, std::ostream& err, Style) {
    const auto arguments = parse(words, true);
    if (!arguments) return complain_about_usage(arguments.error(), "keys create", err);
    if (arguments->help) {
        out << kCreateUsage;
        return kExitYes;
    }
    const Epoch first = this_month();
    int written = 0;
    for (int month = 0; month <= arguments->months; ++month) {
        const auto done = ensure(config, first.later(month));
        if (!done) return complain(done.error(), err);
        if (*done) ++written;
    }
    out << "Keys from " << first.str() << " to " << first.later(arguments->months).str() << ": "
        << written << " created, " << arguments->months + 1 - written << " were there.\n"
        << "public  " << printable(config.store.public_keys) << "\n"
        << "private " << printable(config.portal.private_keys) << "\n";
    return kExitYes;
}

int keys_list(const policy::Config& config, const std::vector<std::string>& words,
              std::ostream& out, std::ostream& err, Style style) {
    const auto arguments = parse(words, false);
    if (!arguments) return complain_about_usage(arguments.error(), "keys list", err);
    if (arguments->help) {
        out << kListUsage;
        return kExitYes;
    }
    std::set<Epoch> epochs;
    collect(config.store.public_keys, epochs);
    collect(config.portal.private_keys, epochs);
    const Epoch now = this_month();
    for (const Epoch& epoch : epochs) {
        const std::string name = painted(epoch.str(), epoch == now ? Tone::Strong : Tone::Ordinary, style);
        out << name << "  " << printable(state_of(config, epoch)) << "\n";
    }
    const auto current = store::load_public_key(config.store.public_keys, now);
    if (current) return kExitYes;
    err << "smarttls: " << printable(current.error().what) << ": smarttls keys create makes one\n";
    return kExitNo;
}

}  // namespace smarttls::portal

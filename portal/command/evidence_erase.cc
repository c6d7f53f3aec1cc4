// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_erase.h"

#include <boost/program_options.hpp>
#include <filesystem>

#include "policy/text.h"
#include "portal/command/confirm.h"
#include "portal/command/either_log.h"
#include "portal/command/evidence_open.h"
#include "portal/command/exit_status.h"
#include "portal/command/parse_words.h"
#include "portal/command/person.h"
#include "store/evidence_erasure.h"
#include "store/pickup/portal_store.h"

namespace smarttls::portal {
namespace {

namespace po = boost::program_options;
using policy::because;
using policy::ErrorKind;
using policy::Result;

constexpr std::size_t kLongestReason = 400;

constexpr std::string_view kUsage =
    "usage: smarttls evidence erase --address ADDRESS|QUEUE-ID [--reason TEXT] [--yes]\n"
    "\n"
    "Destroys what the evidence holds about one person, as recipient and as sender, or all parts of one\n"
    "message (of each that has had this queue id): keys, ciphertexts, what it is found by, and messages kept\n"
    "for pickup whose last recipient it is; in the portal his pickups, which end, devices and number, and what\n"
    "its log says. A record of what was erased, by whom and why is added; it never holds the address. Hashes\n"
    "stay, and every proof stays valid. After a crash give the command again.\n"
    "\n"
    "Backups of the keys that are older can still read what their backup of the evidence holds, until they\n"
    "are deleted; what is restored from them is erased again. Logs of the MTA and its queue are not touched.\n"
    "\n"
    "  --address ADDRESS  the person; an exception in force for it has to be revoked first\n"
    "  --reason TEXT      why, such as the number of the request\n"
    "  --yes              does not ask\n"
    "\n"
    "Exit status: 0 erased, 1 there is nothing, or an exception is in force, 2 usage, 69 the store cannot be\n"
    "written, 78 configuration.\n";

struct Arguments {
    store::ErasureOrder order;
    bool yes = false;
    bool help = false;
};

Result<void> check(const store::ErasureOrder& order) {
    if (order.address.empty() == order.queue_id.empty()) {
        return policy::fail(ErrorKind::Malformed, "one of --address and a queue id is wanted");
    }
    const std::size_t at = order.address.rfind('@');
    if (!order.address.empty() && (at == std::string::npos || at == 0 || at + 1 == order.address.size())) {
        return policy::fail(ErrorKind::Malformed, policy::quote(order.address) + " is not a mail address");
    }
    if (order.reason.size() <= kLongestReason) return policy::ok();
    return policy::fail(ErrorKind::Malformed, "--reason is longer than " + std::to_string(kLongestReason) + " bytes");
}

Result<Arguments> parse(const std::vector<std::string>& words) {
    Arguments arguments;
    po::options_description options;
    options.add_options()("address", po::value(&arguments.order.address))("id", po::value(&arguments.order.queue_id))(
        "reason", po::value(&arguments.order.reason))("yes", po::bool_switch(&arguments.yes))(
        "help,h", po::bool_switch(&arguments.help));
    const auto values = parse_words(words, options, "id");
    if (!values) return tl::unexpected(values.error());
    if (arguments.help) return arguments;
    if (auto checked = check(arguments.order); !checked) return tl::unexpected(checked.error());
    return arguments;
}

/// In all logs, and in the portal's own database.
struct Found {
    store::ErasureCount evidence;
    store::PersonCount portal;
};

std::string words_for(const Found& found) {
    const store::ErasureCount& count = found.evidence;
    std::string words = std::to_string(count.parts) + " parts of " + std::to_string(count.records) + " records";
    if (count.messages != 0) words += ", " + std::to_string(count.messages) + " messages kept for pickup";
    if (count.exceptions != 0) words += ", the target of " + std::to_string(count.exceptions) + " exceptions that have ended";
    if (found.portal.pickups != 0) words += ", " + std::to_string(found.portal.pickups) + " pickups in the portal";
    if (found.portal.others != 0) words += ", " + std::to_string(found.portal.others) + " devices and numbers there";
    return words;
}

bool is_nothing(const Found& found) {
    const store::ErasureCount& count = found.evidence;
    return count.parts + count.exceptions + count.tombstones == 0 && found.portal.pickups + found.portal.others == 0;
}

void add(const store::ErasureCount& one, store::ErasureCount& sum) {
    sum.records += one.records;
    sum.parts += one.parts;
    sum.messages += one.messages;
    sum.exceptions += one.exceptions;
    sum.tombstones += one.tombstones;
}

/// `in_portal` and `in_log`: count or erase.
template <class InPortal, class InLog>
Result<Found> everywhere(const policy::Config& config, InPortal in_portal, InLog in_log) {
    Found found;
    std::error_code failed;  // not ours to look at: opening it says so, and nothing is left out in silence
    if (std::filesystem::exists(store::portal_database(config.portal.directory), failed) || failed) {
        auto portal = store::PortalStore::open_existing(config.portal.directory);
        if (!portal) return because(portal, "the portal");
        const auto done = (*portal)->change([&](store::PortalTables& tables) { return in_portal(tables.persons); });
        if (!done) return because(done, "the portal");
        found.portal = *done;
    }
    // The milter's last, which says that it was done.
    const auto logs = all_logs(config);
    for (auto log = logs.rbegin(); log != logs.rend(); ++log) {
        const auto done = in_log(*log);
        if (!done) return tl::unexpected(done.error());
        add(*done, found.evidence);
    }
    return found;
}

Result<Found> count(const policy::Config& config, const store::ErasureOrder& order) {
    return everywhere(
        config, [&](store::PersonTable& persons) { return persons.count({order.address, order.queue_id}); },
        [&](const policy::StoreSettings& log) { return store::count_for_erasure(log, order); });
}

int complain_or_refuse(const policy::Error& error, std::ostream& err) {
    const int status = complain(error, err);
    return error.kind == ErrorKind::Permanent ? kExitNo : status;
}

int erase(const policy::Config& config, const store::ErasureOrder& order, std::ostream& out, std::ostream& err) {
    const auto done = everywhere(
        config, [&](store::PersonTable& persons) { return persons.erase({order.address, order.queue_id}); },
        [&](const policy::StoreSettings& log) { return store::erase_evidence(log, order); });
    if (!done) return complain_or_refuse(done.error(), err);
    if (is_nothing(*done)) {
        // An earlier attempt may have ended after its commit: its logs are empty now.
        err << "smarttls: the evidence holds nothing about " << printable(order.address.empty() ? order.queue_id : order.address) << "\n";
        return kExitNo;
    }
    out << "Erased " << words_for(*done) << ". Proofs of the log stay valid.\n";
    return kExitYes;
}

}  // namespace

int evidence_erase(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out,
                   std::ostream& err, Style) {
    auto arguments = parse(words);
    if (!arguments) return complain_about_usage(arguments.error(), "evidence erase", err);
    if (arguments->help) {
        out << kUsage;
        return kExitYes;
    }
    store::ErasureOrder& order = arguments->order;
    order.who = person();
    order.config_version = config.version;
    const auto found = count(config, order);
    if (!found) return complain_or_refuse(found.error(), err);
    const bool asks = !arguments->yes && !is_nothing(*found);
    if (asks && !confirmed("Erase " + words_for(*found) + "?", out)) return kExitNo;
    return erase(config, order, out, err);
}

}  // namespace smarttls::portal

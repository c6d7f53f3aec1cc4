// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_erase.h"

#include <boost/program_options.hpp>

#include "policy/text.h"
#include "portal/command/confirm.h"
#include "portal/command/evidence_open.h"
#include "portal/command/exit_status.h"
#include "portal/command/parse_words.h"
#include "portal/command/person.h"
#include "store/evidence_erasure.h"

namespace smarttls::portal {
namespace {

namespace po = boost::program_options;
using policy::ErrorKind;
using policy::Result;

constexpr std::size_t kLongestReason = 400;

constexpr std::string_view kUsage =
    "usage: smarttls evidence erase --address ADDRESS|QUEUE-ID [--reason TEXT] [--yes]\n"
    "\n"
    "Destroys what the evidence holds about one person, as recipient and as sender, or all parts of one\n"
    "message (of each that has had this queue id): keys, ciphertexts, what it is found by, and messages kept\n"
    "for pickup whose last recipient it is. A record of what was erased, by whom and why is added; it never\n"
    "holds the address. Hashes stay, and every proof stays valid. After a crash give the command again.\n"
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

std::string words_for(const store::ErasureCount& count) {
    std::string words = std::to_string(count.parts) + " parts of " + std::to_string(count.records) + " records";
    if (count.messages != 0) words += ", " + std::to_string(count.messages) + " messages kept for pickup";
    if (count.exceptions != 0) words += ", the target of " + std::to_string(count.exceptions) + " exceptions that have ended";
    return words;
}

int complain_or_refuse(const policy::Error& error, std::ostream& err) {
    const int status = complain(error, err);
    return error.kind == ErrorKind::Permanent ? kExitNo : status;
}

int erase(const policy::Config& config, const store::ErasureOrder& order, std::ostream& out, std::ostream& err) {
    const auto done = store::erase_evidence(config.store, order);
    if (!done) return complain_or_refuse(done.error(), err);
    if (done->tombstones == 0) {
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
    const auto found = store::count_for_erasure(config.store, order);
    if (!found) return complain_or_refuse(found.error(), err);
    const bool asks = !arguments->yes && found->parts + found->exceptions != 0;
    if (asks && !confirmed("Erase " + words_for(*found) + "?", out)) return kExitNo;
    return erase(config, order, out, err);
}

}  // namespace smarttls::portal

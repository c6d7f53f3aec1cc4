// SPDX-License-Identifier: Apache-2.0
#include "portal/command/message.h"

#include <boost/json.hpp>
#include <boost/program_options.hpp>

#include "policy/text.h"
#include "portal/command/evidence_json.h"
#include "portal/command/evidence_open.h"
#include "portal/command/evidence_words.h"
#include "portal/command/exit_status.h"
#include "portal/command/parse_words.h"
#include "portal/unsealing.h"
#include "store/sealed_register.h"

namespace smarttls::portal {
namespace {

namespace po = boost::program_options;
using policy::ErrorKind;
using policy::Result;
using store::SealedMessage;

constexpr std::size_t kLimit = 50;

constexpr std::string_view kListUsage =
    "usage: smarttls message list [--limit N] [--json]\n"
    "\n"
    "Lists the messages that are kept for pickup or held for a person, newest first.\n"
    "\n"
    "  --limit N      at most so many (50)\n"
    "  --json         one object per line\n"
    "\n"
    "Exit status: 0 there are some, 1 there are none, 2 usage, 69 the store cannot be read.\n";

constexpr std::string_view kOpenUsage =
    "usage: smarttls message open ID\n"
    "\n"
    "Writes a message that is kept for pickup to the standard output, as it was submitted. Needs the\n"
    "private key of its month ([portal] private-keys).\n"
    "\n"
    "Exit status: 0 opened, 1 there is no such message, 2 usage, 69 cannot be read or opened, 78\n"
    "configuration.\n";

struct Arguments {
    std::vector<std::string> ids;
    std::size_t limit = kLimit;
    bool json = false;
    bool help = false;
};

Result<Arguments> parse(const std::vector<std::string>& words, bool wants_id) {
    Arguments arguments;
    po::options_description options;
    options.add_options()("help,h", po::bool_switch(&arguments.help));
    if (wants_id) {
        options.add_options()("id", po::value(&arguments.ids));
    } else {
        options.add_options()("json", po::bool_switch(&arguments.json))(
            "limit", po::value(&arguments.limit));
    }
    const auto values = parse_words(words, options, wants_id ? "id" : nullptr, -1);
    if (!values) return tl::unexpected(values.error());
    if (arguments.help || !wants_id || arguments.ids.size() == 1) return arguments;
    return policy::fail(ErrorKind::Malformed, "one id is wanted; smarttls message list shows them");
}

std::string json_of(const SealedMessage& message) {
    const boost::json::object object{
        {"id", message.id},
        {"time", utc_time(message.time)},
        {"class", message.class_name},
        {"queue_id", message.queue_id},
        {"sender", message.sender},
        {"recipients", boost::json::array(message.recipients.begin(), message.recipients.end())},
        {"held", boost::json::array(message.held.begin(), message.held.end())},
        {"size", message.size},
        {"epoch", message.epoch}};
    return safe_json(boost::json::serialize(object));
}

std::string told(std::string_view what, const std::vector<std::string>& addresses, store::Shown shown) {
    if (addresses.empty()) return {};
    if (shown != store::Shown::Clear) {
        return " " + std::string(what) + " " + std::to_string(addresses.size()) + " (" + std::string(to_string(shown)) + ")";
    }
    return " " + std::string(what) + " " + printable(policy::join(addresses, ", "));
}

std::string sender_of(const SealedMessage& message) {
    return message.shown == store::Shown::Clear ? printable(message.sender) : "(" + std::string(to_string(message.shown)) + ")";
}

void tell(const SealedMessage& message, std::ostream& out, Style style) {
    constexpr std::size_t kIndent = 2;
    const auto time = std::chrono::floor<std::chrono::seconds>(message.time);
    out << painted(message.id, Tone::Strong, style) << "  " << local_time(time) << "  class "
        << printable(message.class_name) << ", " << message.size << " bytes, queue id "
        << printable(message.queue_id) << "\n"
        << std::string(kIndent, ' ')
        << wrapped("from " + sender_of(message) + told("for", message.recipients, message.shown) +
                       told("held for", message.held, message.shown),
                   kIndent)
        << "\n";
}

/// Writes the message; whoever reads from a pipe sees by the exit status whether it is whole.
Result<void> open_message(const policy::Config& config, const SealedMessage& message,
                          std::ostream& out) {
    const auto write = [&](std::span<const std::uint8_t> bytes) -> Result<void> {
        out.write(reinterpret_cast<const char*>(bytes.data()),
                  static_cast<std::streamsize>(bytes.size()));
        if (out) return policy::ok();
        return policy::fail(ErrorKind::Temporary, "the standard output takes no more");
    };
    auto opened = unseal_message(config, message, write);
    if (!opened) return tl::unexpected(opened.error());
    return policy::ok();
}

}  // namespace

int message_list(const policy::Config& config, const std::vector<std::string>& words,
                 std::ostream& out, std::ostream& err, Style style) {
    const auto arguments = parse(words, false);
    if (!arguments) return complain_about_usage(arguments.error(), "message list", err);
    if (arguments->help) {
        out << kListUsage;
        return kExitYes;
    }
    auto seals = store::SealedRegister::open(config.store, config.portal.private_keys);
    if (!seals) return complain(seals.error(), err);
    const auto messages = seals->newest(arguments->limit);
    if (!messages) return complain(messages.error(), err);
    for (const SealedMessage& message : *messages) {
        if (arguments->json) out << json_of(message) << "\n";
        if (!arguments->json) tell(message, out, style);
    }
    if (!messages->empty()) return kExitYes;
    err << "smarttls: no message is kept for pickup\n";
    return kExitNo;
}

int message_open(const policy::Config& config, const std::vector<std::string>& words,
                 std::ostream& out, std::ostream& err, Style) {
    const auto arguments = parse(words, true);
    if (!arguments) return complain_about_usage(arguments.error(), "message open", err);
    if (arguments->help) {
        out << kOpenUsage;
        return kExitYes;
    }
    auto seals = store::SealedRegister::open(config.store, config.portal.private_keys);
    if (!seals) return complain(seals.error(), err);
    const auto message = seals->find(arguments->ids.front());
    if (!message) return complain(message.error(), err);
    if (!*message) {
        err << "smarttls: there is no message " << printable(arguments->ids.front()) << "\n";
        return kExitNo;
    }
    const auto opened = open_message(config, **message, out);
    return opened ? kExitYes : complain(opened.error(), err);
}

}  // namespace smarttls::portal

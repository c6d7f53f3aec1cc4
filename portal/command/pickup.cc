// SPDX-License-Identifier: Apache-2.0
#include "portal/command/pickup.h"

#include <boost/json.hpp>
#include <boost/program_options.hpp>
#include <functional>

#include "policy/text.h"
#include "policy/values.h"
#include "portal/command/evidence_json.h"
#include "portal/command/evidence_open.h"
#include "portal/command/evidence_words.h"
#include "portal/command/exit_status.h"
#include "portal/command/parse_words.h"
#include "portal/command/person.h"
#include "portal/pickup/life.h"
#include "portal/pickup/mail_relay.h"
#include "portal/pickup/pickups.h"

namespace smarttls::portal {
namespace {

namespace po = boost::program_options;
using policy::ErrorKind;
using policy::Result;
using store::PickupRow;
using store::PortalTables;

constexpr std::string_view kUsage =
    "usage: smarttls message show ID [--json]\n"
    "       smarttls message resend ID [RECIPIENT]\n"
    "       smarttls message extend ID [RECIPIENT] --for TIME [--note TEXT]\n"
    "       smarttls message revoke ID [RECIPIENT] [--note TEXT]\n"
    "       smarttls message discard ID [RECIPIENT] [--note TEXT]\n"
    "       smarttls message code ID RECIPIENT --note TEXT\n"
    "       smarttls message bounced ADDRESS [--note TEXT]\n"
    "\n"
    "What becomes of a message that is kept for pickup; without a recipient, for all of them. ID as\n"
    "\"smarttls message list\" shows it.\n"
    "\n"
    "  resend         a new notice with a new link; the old one stays good\n"
    "  extend         from now on for TIME, such as 14d, however long it had\n"
    "  revoke         nobody can open it any more; its key is destroyed\n"
    "  discard        the same, without it being the sender's wish\n"
    "  code           a code to be read aloud to a recipient whom you have identified: good once, for an\n"
    "                 hour; the note says who it was and how he was identified\n"
    "  bounced        a notice did not arrive: ADDRESS is the one that its bounce came to; for a pipe of\n"
    "                 the MTA, as argv=/usr/bin/smarttls message bounced ${recipient}\n"
    "  --note TEXT    why; kept as evidence, with your name\n"
    "  --json         one object per line\n"
    "\n"
    "Exit status: 0 done, 1 nobody waits for such a message, 2 usage, 69 the portal's store cannot be\n"
    "written, 78 configuration.\n";

struct Arguments {
    std::string id;
    std::string recipient;
    std::string note;
    std::string duration;
    bool json = false;
    bool help = false;
};

Result<Arguments> parse(const Words& words) {
    Arguments arguments;
    std::vector<std::string> names;
    po::options_description options;
    options.add_options()("help,h", po::bool_switch(&arguments.help))("json", po::bool_switch(&arguments.json))(
        "note", po::value(&arguments.note))("for", po::value(&arguments.duration))("name", po::value(&names));
    const auto values = parse_words(words, options, "name", -1);
    if (!values) return tl::unexpected(values.error());
    if (!names.empty()) arguments.id = names[0];
    if (names.size() > 1) arguments.recipient = names[1];
    if (arguments.help || names.size() == 1 || names.size() == 2) return arguments;
    return policy::fail(ErrorKind::Malformed, "one id is wanted, and one recipient at most; smarttls message list shows them");
}

std::string json_of(const PickupRow& pickup) {
    const auto time = [](store::EvidenceTime at) { return at == store::EvidenceTime{} ? std::string() : utc_time(at); };
    const boost::json::object object{
        {"id", pickup.message},     {"class", pickup.class_name},        {"queue_id", pickup.queue_id},
        {"sender", pickup.sender},  {"recipient", pickup.recipient},     {"state", pickup.state},
        {"received", time(pickup.received)}, {"expires", time(pickup.expires)}, {"read", time(pickup.seen)}};
    return safe_json(boost::json::serialize(object));
}

std::string line_of(const PickupRow& pickup) {
    const auto local = [](store::EvidenceTime at) { return local_time(std::chrono::floor<std::chrono::seconds>(at)); };
    std::string text = pickup.recipient.empty() ? "(recipient no longer known)" : printable(pickup.recipient);
    text += ": " + pickup.state;
    if (pickup.state == "open") text += " until " + local(pickup.expires);
    return text + (pickup.seen == store::EvidenceTime{} ? ", not read" : ", read first " + local(pickup.seen)) + "\n";
}

/// `step` with the opened store; the number of pickups that it was about.
using Step = std::function<Result<int>(Life& life, const Arguments& arguments, const Person& who)>;

int run(const policy::Config& config, const Words& words, std::string_view verb, const Step& step, std::ostream& out,
        std::ostream& err) {
    const auto arguments = parse(words);
    if (!arguments) return complain_about_usage(arguments.error(), "message " + std::string(verb), err);
    if (arguments->help) {
        out << kUsage;
        return kExitYes;
    }
    auto store = store::PortalStore::open_existing(config.portal.directory);
    if (!store) return complain(store.error(), err);
    Life life(config, **store);
    const auto count = step(life, *arguments, {person(), arguments->note});
    if (!count && count.error().kind == ErrorKind::Malformed) {
        return complain_about_usage(count.error(), "message " + std::string(verb), err);
    }
    if (!count) return complain(count.error(), err);
    if (*count > 0) {
        if (verb != "code") out << *count << (*count == 1 ? " recipient\n" : " recipients\n");
        return kExitYes;
    }
    err << "smarttls: nobody waits for message " << printable(arguments->id) << "\n";
    return kExitNo;
}

int end(const policy::Config& config, const Words& words, Ending ending, std::ostream& out, std::ostream& err) {
    const auto step = [&](Life& life, const Arguments& arguments, const Person& who) {
        return life.end(arguments.id, arguments.recipient, ending, who, system_time());
    };
    return run(config, words, ending == Ending::Revoked ? "revoke" : "discard", step, out, err);
}

}  // namespace

int message_show(const policy::Config& config, const Words& words, std::ostream& out, std::ostream& err, Style) {
    const auto arguments = parse(words);
    if (!arguments) return complain_about_usage(arguments.error(), "message show", err);
    if (arguments->help) {
        out << kUsage;
        return kExitYes;
    }
    auto store = store::PortalStore::open_existing(config.portal.directory);
    if (!store) return complain(store.error(), err);
    const auto found = (*store)->change([&](PortalTables& tables) { return tables.pickups.of_message(arguments->id); });
    if (!found) return complain(found.error(), err);
    for (const PickupRow& pickup : *found) out << (arguments->json ? json_of(pickup) + "\n" : line_of(pickup));
    if (!found->empty()) return kExitYes;
    err << "smarttls: the portal knows of no message " << printable(arguments->id) << "\n";
    return kExitNo;
}

int message_resend(const policy::Config& config, const Words& words, std::ostream& out, std::ostream& err, Style) {
    const auto step = [](Life& life, const Arguments& arguments, const Person&) {
        return life.resend(arguments.id, arguments.recipient, system_time());
    };
    return run(config, words, "resend", step, out, err);
}

int message_extend(const policy::Config& config, const Words& words, std::ostream& out, std::ostream& err, Style) {
    const auto step = [](Life& life, const Arguments& arguments, const Person& who) -> Result<int> {
        const auto duration = policy::read_duration(arguments.duration);
        if (!duration) return policy::fail(ErrorKind::Malformed, "--for wants a time, such as 14d");
        return life.extend(arguments.id, arguments.recipient, system_time() + *duration, who, system_time());
    };
    return run(config, words, "extend", step, out, err);
}

int message_revoke(const policy::Config& config, const Words& words, std::ostream& out, std::ostream& err, Style) {
    return end(config, words, Ending::Revoked, out, err);
}

int message_discard(const policy::Config& config, const Words& words, std::ostream& out, std::ostream& err, Style) {
    return end(config, words, Ending::Discarded, out, err);
}

int message_bounced(const policy::Config& config, const Words& words, std::ostream& out, std::ostream& err, Style) {
    const auto arguments = parse(words);
    if (!arguments) return complain_about_usage(arguments.error(), "message bounced", err);
    if (arguments->help) {
        out << kUsage;
        return kExitYes;
    }
    auto store = store::PortalStore::open_existing(config.portal.directory);
    if (!store) return complain(store.error(), err);
    MailRelay relay(config, **store);
    const std::string why = arguments->note.empty() ? std::string("the mail came back") : arguments->note;
    const auto known = relay.bounced(arguments->id, why, system_time());
    if (!known) return complain(known.error(), err);
    if (*known) return kExitYes;
    err << "smarttls: " << printable(arguments->id) << " is the address of no notice about a message that waits\n";
    return kExitNo;
}

int message_code(const policy::Config& config, const Words& words, std::ostream& out, std::ostream& err, Style) {
    const auto step = [&](Life& life, const Arguments& arguments, const Person& who) -> Result<int> {
        if (arguments.recipient.empty() || arguments.note.empty()) {
            return policy::fail(ErrorKind::Malformed, "an id, a recipient and --note are wanted");
        }
        const auto code = life.give_code(arguments.id, arguments.recipient, who, system_time());
        if (!code) return tl::unexpected(code.error());
        if (!code->empty()) out << code->substr(0, 4) << " " << code->substr(4) << "\n";
        return code->empty() ? 0 : 1;
    };
    return run(config, words, "code", step, out, err);
}

}  // namespace smarttls::portal

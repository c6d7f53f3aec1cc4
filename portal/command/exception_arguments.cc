// SPDX-License-Identifier: Apache-2.0
#include "portal/command/exception_arguments.h"

#include <algorithm>
#include <boost/program_options.hpp>

#include "policy/text.h"
#include "policy/values.h"
#include "portal/command/evidence_arguments.h"
#include "portal/command/parse_words.h"
#include "smarttls/dns/idna.h"

namespace smarttls::portal {

namespace po = boost::program_options;
using policy::ErrorKind;
using policy::Exception;
using policy::fail;
using policy::quote;
using policy::Result;

const std::string_view kAddUsage =
    "usage: smarttls exception add --domain DOMAIN|--address ADDRESS --class CLASS|all\n"
    "           [--level LEVEL] [--waive WHAT]... --until DATE|--for TIME\n"
    "           --reason TEXT --ticket TEXT --owner TEXT\n"
    "\n"
    "Lets mail of a class go to one domain or one address with less than the class demands. The level is\n"
    "enforced at delivery as well; recipients beside keep that of their class.\n"
    "\n"
    "  --level LEVEL  the least level: encrypted, pkix or mta-sts\n"
    "  --waive WHAT   a demand that is given up: grade, nta-record or consumer (the portal for consumers)\n"
    "  --until DATE   its end, such as 2026-12-31 or 2026-12-31T17:00\n"
    "  --for TIME     the same from now on, such as 30d; at most [exceptions] max-duration\n"
    "\n"
    "It is evidence, and a mail to the security contact. With [exceptions] four-eyes = yes it holds only\n"
    "when a second person has approved it.\n"
    "\n"
    "Exit status: 0 made, 1 there is one for the same mail, 2 usage, 69 the store cannot be written, 78\n"
    "configuration.\n";

const std::string_view kApproveUsage =
    "usage: smarttls exception approve ID\n"
    "\n"
    "Puts an exception in force that somebody else has made.\n"
    "\n"
    "Exit status: 0 approved, 1 it does not wait for that or you made it, 2 usage, 69 the store cannot be\n"
    "written.\n";

const std::string_view kRevokeUsage =
    "usage: smarttls exception revoke ID --reason TEXT\n"
    "\n"
    "Ends an exception: with the next message it does not hold any more. What has been accepted by it\n"
    "and still waits in the MTA's queue keeps its level.\n"
    "\n"
    "Exit status: 0 revoked, 1 there is none or it has ended, 2 usage, 69 the store cannot be written.\n";

const std::string_view kListUsage =
    "usage: smarttls exception list [--all] [--json]\n"
    "\n"
    "  --all          also those that were revoked or have expired\n"
    "  --json         one object per line\n"
    "\n"
    "Exit status: 0 there are some, 1 there are none, 2 usage, 69 the store cannot be read.\n";

namespace {

constexpr std::size_t kLongestText = 400;

bool is_set(const po::variables_map& values, const char* name) { return values[name].as<bool>(); }

std::string text_of(const po::variables_map& values, const char* name) {
    return values.count(name) == 0 ? std::string() : std::string(policy::trim(values[name].as<std::string>()));
}

/// What people write to people: one line of printable text.
Result<std::string> words_of(const po::variables_map& values, const char* name) {
    const std::string text = text_of(values, name);
    if (text.empty()) return fail(ErrorKind::Malformed, "--" + std::string(name) + " is missing");
    const bool is_line = std::none_of(text.begin(), text.end(), [](char byte) {
        return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
    });
    if (is_line && text.size() <= kLongestText) return text;
    return fail(ErrorKind::Malformed, "--" + std::string(name) + " is not one line of at most " +
                                          std::to_string(kLongestText) + " bytes");
}

Result<std::string> domain_in(std::string_view text) {
    const auto domain = engine::to_domain_name(text);
    if (!domain) return because(domain, quote(text) + " is not a mail domain");
    return domain->str();
}

Result<std::string> target_of(const po::variables_map& values) {
    const std::string domain = text_of(values, "domain");
    const std::string address = text_of(values, "address");
    if (domain.empty() == address.empty()) {
        return fail(ErrorKind::Malformed, "one of --domain and --address is wanted");
    }
    if (!domain.empty()) return domain_in(domain);
    const std::size_t at = address.rfind('@');
    if (at == std::string::npos || at == 0) return fail(ErrorKind::Malformed, quote(address) + " is not a mail address");
    auto name = domain_in(std::string_view(address).substr(at + 1));
    if (!name) return name;
    const std::string target = policy::to_lower(address.substr(0, at)) + "@" + *name;
    if (auto read = policy::read_mailbox(target); !read) return read;
    return target;
}

Result<policy::Waiver> waiver_of(const po::variables_map& values) {
    policy::Waiver waiver;
    const std::string level = text_of(values, "level");
    if (!level.empty()) {
        waiver.level = policy::parse_floor(level);
        const bool is_lower = waiver.level && *waiver.level != policy::Floor::Dane;
        if (!is_lower) {
            return fail(ErrorKind::Malformed, "--level: " + quote(level) + " is none of encrypted, pkix, mta-sts: " +
                                                  "class mail never goes in plaintext, and nothing is above dane");
        }
    }
    const auto waived = values.count("waive") == 0 ? std::vector<std::string>{}
                                                   : values["waive"].as<std::vector<std::string>>();
    for (const std::string& what : waived) {
        bool* const demand = what == "grade"        ? &waiver.grade
                             : what == "nta-record" ? &waiver.nta_record
                             : what == "consumer"   ? &waiver.consumer
                                                    : nullptr;
        if (demand == nullptr) {
            return fail(ErrorKind::Malformed, "--waive: " + quote(what) + " is none of grade, nta-record, consumer");
        }
        *demand = true;
    }
    if (!waived.empty() || waiver.level) return waiver;
    return fail(ErrorKind::Malformed, "nothing is excepted: --level or --waive is wanted");
}

Result<std::string> class_of(const po::variables_map& values, const policy::Config& config) {
    const std::string name = text_of(values, "class");
    if (name.empty()) return fail(ErrorKind::Malformed, "--class is missing (a class, or all)");
    if (name == "all") return std::string();
    if (const auto* found = config.find_class(name)) return found->name;
    std::vector<std::string> names;
    for (const policy::MailClass& one : config.classes) names.push_back(one.name);
    return fail(ErrorKind::Malformed, "--class: " + quote(name) + " is none of " + policy::join(names, ", ") + ", all");
}

Result<policy::WallTime> end_of(const po::variables_map& values, const policy::Config& config,
                                store::EvidenceTime now) {
    const std::string date = text_of(values, "until");
    const std::string span = text_of(values, "for");
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    if (date.empty() == span.empty()) return fail(ErrorKind::Malformed, "one of --until and --for is wanted");
    policy::WallTime end{};
    if (!span.empty()) {
        const auto duration = policy::read_duration(span);
        if (!duration) return because(duration, "--for");
        end = second + *duration;
    } else {
        const auto time = parse_time(date, now);
        if (!time) return because(time, "--until");
        end = std::chrono::floor<std::chrono::seconds>(*time);
    }
    if (end <= second) return fail(ErrorKind::Malformed, "its end is not in the future");
    const auto longest = config.exceptions.longest;
    if (end - second <= longest) return end;
    return fail(ErrorKind::Malformed, "it would hold longer than " +
                                          std::to_string(std::chrono::floor<std::chrono::hours>(longest).count()) +
                                          " hours ([exceptions] max-duration)");
}

Result<std::int64_t> id_of(const po::variables_map& values) {
    const std::string text = text_of(values, "id");
    const bool is_number = !text.empty() && text.size() < 10 && std::all_of(text.begin(), text.end(), policy::is_digit);
    if (is_number) return std::int64_t{std::stol(text)};
    return fail(ErrorKind::Malformed, "the number of an exception is wanted; smarttls exception list shows them");
}

}  // namespace

Result<AddArguments> parse_add(const std::vector<std::string>& words, const policy::Config& config,
                               store::EvidenceTime now) {
    po::options_description known;
    auto add = known.add_options();
    for (const char* name : {"domain", "address", "class", "level", "until", "for", "reason", "ticket", "owner"}) {
        add(name, po::value<std::string>());
    }
    add("waive", po::value<std::vector<std::string>>())("help,h", po::bool_switch());
    const auto values = parse_words(words, known);
    if (!values) return tl::unexpected(values.error());
    AddArguments arguments;
    arguments.help = is_set(*values, "help");
    if (arguments.help) return arguments;
    Exception& one = arguments.exception;
    const auto put = [](auto& field, auto value) -> Result<void> {
        if (!value) return tl::unexpected(value.error());
        field = *std::move(value);
        return policy::ok();
    };
    auto done = put(one.target, target_of(*values));
    if (done) done = put(one.class_name, class_of(*values, config));
    if (done) done = put(one.waiver, waiver_of(*values));
    if (done) done = put(one.until, end_of(*values, config, now));
    if (done) done = put(one.reason, words_of(*values, "reason"));
    if (done) done = put(one.ticket, words_of(*values, "ticket"));
    if (done) done = put(one.owner, words_of(*values, "owner"));
    if (!done) return tl::unexpected(done.error());
    one.created = std::chrono::floor<std::chrono::seconds>(now);
    return arguments;
}

Result<TurnArguments> parse_approve(const std::vector<std::string>& words) {
    po::options_description known;
    known.add_options()("id", po::value<std::string>())("help,h", po::bool_switch());
    const auto values = parse_words(words, known, "id");
    if (!values) return tl::unexpected(values.error());
    if (is_set(*values, "help")) return TurnArguments{0, {}, true};
    const auto id = id_of(*values);
    if (!id) return tl::unexpected(id.error());
    return TurnArguments{*id, {}, false};
}

Result<TurnArguments> parse_revoke(const std::vector<std::string>& words) {
    po::options_description known;
    known.add_options()("id", po::value<std::string>())("reason", po::value<std::string>())("help,h",
                                                                                            po::bool_switch());
    const auto values = parse_words(words, known, "id");
    if (!values) return tl::unexpected(values.error());
    if (is_set(*values, "help")) return TurnArguments{0, {}, true};
    const auto id = id_of(*values);
    if (!id) return tl::unexpected(id.error());
    auto reason = words_of(*values, "reason");
    if (!reason) return tl::unexpected(reason.error());
    return TurnArguments{*id, *std::move(reason), false};
}

Result<ListArguments> parse_list(const std::vector<std::string>& words) {
    po::options_description known;
    known.add_options()("all", po::bool_switch())("json", po::bool_switch())("help,h", po::bool_switch());
    const auto values = parse_words(words, known);
    if (!values) return tl::unexpected(values.error());
    return ListArguments{is_set(*values, "all"), is_set(*values, "json"), is_set(*values, "help")};
}

}  // namespace smarttls::portal

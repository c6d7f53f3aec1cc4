// SPDX-License-Identifier: Apache-2.0
#include "portal/command/outbox.h"

#include <boost/json.hpp>
#include <boost/program_options.hpp>

#include "portal/command/evidence_json.h"
#include "portal/command/evidence_open.h"
#include "portal/command/evidence_words.h"
#include "portal/command/exit_status.h"
#include "portal/command/parse_words.h"
#include "store/outbox.h"

namespace smarttls::portal {
namespace {

namespace po = boost::program_options;
using policy::Result;
using store::OutboxItem;

constexpr std::size_t kLimit = 50;

constexpr std::string_view kUsage =
    "usage: smarttls outbox list [--all] [--limit N] [--json]\n"
    "\n"
    "Lists the notices to senders that still wait to be sent, and dead letters: those that were given\n"
    "up. Newest first.\n"
    "\n"
    "  --all          also those that were sent\n"
    "  --limit N      at most so many (50)\n"
    "  --json         one object per line\n"
    "\n"
    "Exit status: 0 there are some, 1 there are none, 2 usage, 69 the store cannot be read.\n";

struct Arguments {
    std::size_t limit = kLimit;
    bool all = false;
    bool json = false;
    bool help = false;
};

Result<Arguments> parse(const std::vector<std::string>& words) {
    Arguments arguments;
    po::options_description options;
    options.add_options()("help,h", po::bool_switch(&arguments.help))(
        "all", po::bool_switch(&arguments.all))("json", po::bool_switch(&arguments.json))(
        "limit", po::value(&arguments.limit));
    const auto values = parse_words(words, options);
    if (!values) return tl::unexpected(values.error());
    return arguments;
}

std::string json_of(const OutboxItem& item) {
    const boost::json::object object{
        {"id", item.id},           {"about", item.about},
        {"to", item.recipient},    {"state", item.state},
        {"created", utc_time(item.created)}, {"due", utc_time(item.due)},
        {"attempts", item.attempts},         {"last_reply", item.last_reply},
        {"queue_id", item.queue_id}};
    return safe_json(boost::json::serialize(object));
}

void tell(const OutboxItem& item, std::ostream& out, Style style) {
    constexpr std::size_t kIndent = 2;
    const auto created = std::chrono::floor<std::chrono::seconds>(item.created);
    const Tone tone = item.state == "dead" ? Tone::Bad : Tone::Ordinary;
    out << painted(printable(item.state), tone, style) << "  " << local_time(created) << "  to "
        << printable(item.recipient) << " about " << printable(item.about) << ", queue id "
        << printable(item.queue_id) << "\n";
    if (item.last_reply.empty()) return;
    out << std::string(kIndent, ' ')
        << wrapped(std::to_string(item.attempts) + " attempt(s): " + printable(item.last_reply), kIndent)
        << "\n";
}

/// What the outbox itself has forgotten, as far as the evidence may be read.
Result<void> name_people(const policy::Config& config, std::vector<OutboxItem>& items) {
    std::optional<store::EvidenceReader> reader;
    for (OutboxItem& item : items) {
        if (!item.about.empty() && !item.recipient.empty()) continue;
        if (!reader) {
            auto opened = open_evidence(config);
            if (!opened) return tl::unexpected(opened.error());
            reader.emplace(*std::move(opened));
        }
        const auto evidence = reader->by_id(item.record);
        if (!evidence) return tl::unexpected(evidence.error());
        if (!*evidence) continue;
        const store::EvidenceRecord& record = (*evidence)->record;
        const auto part = static_cast<std::size_t>(item.part);
        if (item.recipient.empty()) item.recipient = sender_words(record);
        if (item.about.empty() && part >= 1 && part <= record.recipients.size()) {
            item.about = recipient_words(record.recipients[part - 1]);
        }
    }
    return policy::ok();
}

}  // namespace

int outbox_list(const policy::Config& config, const std::vector<std::string>& words,
                std::ostream& out, std::ostream& err, Style style) {
    const auto arguments = parse(words);
    if (!arguments) return complain_about_usage(arguments.error(), "outbox list", err);
    if (arguments->help) {
        out << kUsage;
        return kExitYes;
    }
    auto outbox = store::Outbox::open(config.store.evidence);
    if (!outbox) return complain(outbox.error(), err);
    auto items =
        arguments->all ? outbox->newest(arguments->limit) : outbox->unsent(arguments->limit);
    if (!items) return complain(items.error(), err);
    if (auto named = name_people(config, *items); !named) return complain(named.error(), err);
    for (const OutboxItem& item : *items) {
        if (arguments->json) out << json_of(item) << "\n";
        if (!arguments->json) tell(item, out, style);
    }
    if (!items->empty()) return kExitYes;
    err << "smarttls: no notice waits\n";
    return kExitNo;
}

}  // namespace smarttls::portal

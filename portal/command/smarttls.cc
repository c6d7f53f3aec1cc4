// SPDX-License-Identifier: Apache-2.0
//
// smarttls(1): the administrator's command. It finds the verb and hands it the rest.
#include <array>
#include <filesystem>
#include <iostream>

#include "portal/command/backup.h"
#include "portal/command/cache.h"
#include "portal/command/check.h"
#include "portal/command/either_log.h"
#include "portal/command/evidence_checkpoint.h"
#include "portal/command/evidence_export.h"
#include "portal/command/evidence_erase.h"
#include "portal/command/evidence_search.h"
#include "portal/command/evidence_show.h"
#include "portal/command/evidence_verify.h"
#include "portal/command/exception.h"
#include "portal/command/exit_status.h"
#include "portal/command/render.h"
#include "portal/command/keys.h"
#include "portal/command/message.h"
#include "portal/command/outbox.h"
#include "portal/command/phone.h"
#include "portal/command/pickup.h"
#include "portal/command/release.h"

namespace {

using smarttls::portal::Style;
using Words = std::vector<std::string>;
using Verb = int (*)(const smarttls::policy::Config&, const Words&, std::ostream&, std::ostream&,
                     Style);

constexpr std::string_view kUsage =
    "usage: smarttls [--config FILE] VERB ...\n"
    "\n"
    "  check DOMAIN...         how well the mail servers of a domain are protected\n"
    "  evidence show QUEUE-ID  what was decided about a message, and why\n"
    "  evidence search         decisions by time, class, domain, address, outcome\n"
    "  evidence export QUEUE-ID  all evidence about a message in one file, with its proof\n"
    "  evidence verify FILE    what such a file proves; with --log the whole log of this machine\n"
    "  evidence checkpoint     signs what the log is now, for keeping elsewhere\n"
    "  evidence erase          what is kept about one person or message, for good\n"
    "  evidence prune          what is personal and older than its class keeps it\n"
    "  backup DIRECTORY        copies the evidence while the milter writes, and checks the copy\n"
    "  restore DIRECTORY       puts such a copy back, unless that rolled the log back\n"
    "  cache show [DOMAIN]     what the engine keeps about domains\n"
    "  cache flush DOMAIN      forgets it\n"
    "  message list            what is kept for pickup or held, and for whom\n"
    "  message open ID         one of these messages, for who has the private key\n"
    "  message release ID      sends one that is held to whom it is held for\n"
    "  message show ID         who may pick it up, until when, and who has read it\n"
    "  message resend ID       tells its recipients again\n"
    "  message extend ID       gives them more time\n"
    "  message revoke ID       ends it: nobody can open it any more\n"
    "  message discard ID      the same, by the administrator\n"
    "  message code ID TO      a code to be read aloud to a recipient\n"
    "  phone set TO NUMBER     where a recipient gets codes; also remove, list, import\n"
    "  outbox list             notices and reports that wait, and dead letters\n"
    "  exception add           lets mail go to a domain or address with less than its class demands\n"
    "  exception approve ID    puts one in force that somebody else has made\n"
    "  exception revoke ID     ends one\n"
    "  exception list          those that hold or wait\n"
    "  keys create             the keys that messages for pickup are sealed to\n"
    "  keys list               which of them are there\n"
    "  keys destroy MONTH      the private key of a month of which nothing is kept any more\n"
    "  config check            what is wrong in the configuration\n"
    "\n"
    "Each verb explains itself with --help.\n";

int config_check(const smarttls::policy::Config&, const Words&, std::ostream& out, std::ostream&,
                 Style) {
    out << "The configuration is valid.\n";
    return smarttls::portal::kExitYes;
}

template <auto kVerb>
constexpr Verb either = smarttls::portal::of_either_log<kVerb>;

/// The verb at the front of `words`, which is taken off.
Verb find_verb(Words& words) {
    struct Entry {
        Words name;
        Verb verb;
    };
    static const auto kVerbs = std::to_array<Entry>({{{"check"}, smarttls::portal::check},
                                   {{"evidence", "show"}, smarttls::portal::evidence_show},
                                   {{"evidence", "search"}, smarttls::portal::evidence_search},
                                   {{"evidence", "export"}, either<smarttls::portal::evidence_export>},
                                   {{"evidence", "verify"}, either<smarttls::portal::evidence_verify>},
                                   {{"evidence", "checkpoint"}, either<smarttls::portal::evidence_checkpoint>},
                                   {{"evidence", "erase"}, smarttls::portal::evidence_erase},
                                   {{"evidence", "prune"}, smarttls::portal::evidence_prune},
                                   {{"backup"}, either<smarttls::portal::backup>},
                                   {{"restore"}, either<smarttls::portal::restore>},
                                   {{"cache", "show"}, smarttls::portal::cache_show},
                                   {{"cache", "flush"}, smarttls::portal::cache_flush},
                                   {{"message", "list"}, smarttls::portal::message_list},
                                   {{"message", "open"}, smarttls::portal::message_open},
                                   {{"message", "release"}, smarttls::portal::message_release},
                                   {{"message", "show"}, smarttls::portal::message_show},
                                   {{"message", "resend"}, smarttls::portal::message_resend},
                                   {{"message", "extend"}, smarttls::portal::message_extend},
                                   {{"message", "revoke"}, smarttls::portal::message_revoke},
                                   {{"message", "discard"}, smarttls::portal::message_discard},
                                   {{"message", "code"}, smarttls::portal::message_code},
                                   {{"message", "bounced"}, smarttls::portal::message_bounced},
                                   {{"phone", "set"}, smarttls::portal::phone_set},
                                   {{"phone", "remove"}, smarttls::portal::phone_remove},
                                   {{"phone", "list"}, smarttls::portal::phone_list},
                                   {{"phone", "import"}, smarttls::portal::phone_import},
                                   {{"outbox", "list"}, smarttls::portal::outbox_list},
                                   {{"exception", "add"}, smarttls::portal::exception_add},
                                   {{"exception", "approve"}, smarttls::portal::exception_approve},
                                   {{"exception", "revoke"}, smarttls::portal::exception_revoke},
                                   {{"exception", "list"}, smarttls::portal::exception_list},
                                   {{"keys", "create"}, smarttls::portal::keys_create},
                                   {{"keys", "list"}, smarttls::portal::keys_list},
                                   {{"keys", "destroy"}, smarttls::portal::keys_destroy},
                                   {{"config", "check"}, config_check}});
    for (const Entry& entry : kVerbs) {
        if (words.size() < entry.name.size()) continue;
        const auto end = words.begin() + static_cast<std::ptrdiff_t>(entry.name.size());
        if (!std::equal(words.begin(), end, entry.name.begin())) continue;
        words.erase(words.begin(), end);
        return entry.verb;
    }
    return nullptr;
}

/// --config FILE or --config=FILE in front of the verb; false when the file is missing.
bool take_config_option(Words& words, std::string& file) {
    constexpr std::string_view kJoined = "--config=";
    if (words.empty()) return true;
    if (words.front().starts_with(kJoined)) {
        file = words.front().substr(kJoined.size());
        words.erase(words.begin());
    } else if (words.front() == "--config" || words.front() == "-c") {
        if (words.size() < 2) return false;
        file = words[1];
        words.erase(words.begin(), words.begin() + 2);
    }
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    Words words(argv + 1, argv + argc);
    std::string file(smarttls::policy::kDefaultConfigFile);
    const bool complete = take_config_option(words, file);
    if (complete && !words.empty() && (words.front() == "--help" || words.front() == "-h")) {
        std::cout << kUsage;
        return smarttls::portal::kExitYes;
    }
    if (complete && !words.empty() && (words.front() == "--version" || words.front() == "-V")) {
        std::cout << "smarttls " SMARTTLS_VERSION "\n";
        return smarttls::portal::kExitYes;
    }
    const Verb verb = complete ? find_verb(words) : nullptr;
    if (verb == nullptr) {
        std::cerr << kUsage;
        return smarttls::portal::kExitUsage;
    }
    auto config = smarttls::policy::load_config(file);
    // Whoever is given evidence verifies it where nothing is installed.
    const bool needs_none = verb == either<smarttls::portal::evidence_verify> && file == smarttls::policy::kDefaultConfigFile &&
                            !std::filesystem::exists(file);
    if (needs_none) config = smarttls::policy::Config{};
    if (!config) {
        std::cerr << config.error().what << '\n';
        return smarttls::portal::kExitConfig;
    }
    return verb(*config, words, std::cout, std::cerr, smarttls::portal::output_style());
}

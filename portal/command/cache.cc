// SPDX-License-Identifier: Apache-2.0
#include "portal/command/cache.h"

#include <boost/json.hpp>
#include <boost/program_options.hpp>

#include "policy/next_hop.h"
#include "portal/command/cache_table.h"
#include "portal/command/evidence_open.h"
#include "portal/command/exit_status.h"
#include "portal/command/parse_words.h"
#include "smarttls/client.h"
#include "smarttls/dns/idna.h"

namespace smarttls::portal {
namespace {

namespace json = boost::json;
namespace po = boost::program_options;
using policy::Deadline;
using policy::ErrorKind;
using policy::Result;

constexpr std::string_view kShowUsage =
    "usage: smarttls cache show [DOMAIN] [--json]\n"
    "\n"
    "Shows what the engine keeps about a domain, or how much it keeps and the domains that were\n"
    "asked for last.\n"
    "\n"
    "  --json   one JSON object per line and domain\n"
    "\n"
    "Exit status: 0 found, 1 nothing is kept, 2 usage, 69 no answer, 78 configuration.\n";

constexpr std::string_view kFlushUsage =
    "usage: smarttls cache flush DOMAIN\n"
    "       smarttls cache flush --all\n"
    "\n"
    "Forgets what the engine keeps about a domain or about all of them, with the best level that was\n"
    "ever seen: after that, nobody is told that a domain was better protected before. To see a new\n"
    "verdict alone, use smarttls check --fresh. For root and the engine's own user.\n"
    "\n"
    "  --all    everything\n"
    "\n"
    "Exit status: 0 done, 2 usage, 69 no answer or not allowed, 78 configuration.\n";

constexpr std::chrono::seconds kPatience{30};  // a large file is counted row by row

struct Arguments {
    std::string domain;
    bool all = false;
    bool json = false;
    bool help = false;
};

Result<void> parse(const std::vector<std::string>& words, po::options_description options,
                   Arguments& arguments) {
    options.add_options()("help,h", po::bool_switch(&arguments.help))(
        "domain", po::value(&arguments.domain));
    const auto values = parse_words(words, options, "domain");
    if (!values) return tl::unexpected(values.error());
    return policy::ok();
}

/// The key of the maps: a next hop with its domain in A-labels, or "*".
Result<std::string> key_of(const std::string& domain) {
    if (domain.empty()) return std::string("*");
    if (auto parsed = policy::NextHop::parse(domain)) return parsed->str();
    auto name = engine::to_domain_name(domain);
    if (!name) return because(name, domain);
    return name->str();
}

Result<std::optional<std::string>> ask(const policy::Config& config, std::string_view map,
                                       const std::string& domain) {
    const auto key = key_of(domain);
    if (!key) return tl::unexpected(key.error());
    const auto deadline = Deadline::after(Deadline::Clock::now(), kPatience);
    auto engine = engine::EngineConnection::open(config.engine.socket, deadline);
    if (!engine) return tl::unexpected(engine.error());
    if (auto asked = engine->ask(map, *key); !asked) return tl::unexpected(asked.error());
    return engine->read_answer(deadline);
}

void print_json(const std::string& answer, bool one, std::ostream& out) {
    if (one) {
        out << safe_json(answer) << '\n';
        return;
    }
    json::error_code error;
    const json::value value = json::parse(answer, error);
    const json::object* object = error ? nullptr : value.if_object();
    const json::value* entries = object == nullptr ? nullptr : object->if_contains("entries");
    if (entries == nullptr || !entries->is_array()) return;
    for (const json::value& entry : entries->get_array()) {
        out << safe_json(json::serialize(entry)) << '\n';
    }
}

int print(const Arguments& arguments, const std::string& answer, std::ostream& out, Style style) {
    const bool one = !arguments.domain.empty();
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (arguments.json) {
        print_json(answer, one, out);
    } else {
        out << (one ? cache_entry_lines(answer, now, style) : cache_table(answer, now, style));
    }
    return kExitYes;
}

}  // namespace

int cache_show(const policy::Config& config, const std::vector<std::string>& words,
               std::ostream& out, std::ostream& err, Style style) {
    Arguments arguments;
    po::options_description options;
    options.add_options()("json", po::bool_switch(&arguments.json));
    if (auto parsed = parse(words, options, arguments); !parsed) {
        return complain_about_usage(parsed.error(), "cache show", err);
    }
    if (arguments.help) {
        out << kShowUsage;
        return kExitYes;
    }
    const auto answer = ask(config, "cache", arguments.domain);
    if (!answer) return complain(answer.error(), err);
    if (*answer) return print(arguments, **answer, out, style);
    err << "smarttls: nothing is kept about " << printable(arguments.domain) << '\n';
    return kExitNo;
}

int cache_flush(const policy::Config& config, const std::vector<std::string>& words,
                std::ostream& out, std::ostream& err, Style) {
    Arguments arguments;
    po::options_description options;
    options.add_options()("all", po::bool_switch(&arguments.all));
    auto parsed = parse(words, options, arguments);
    if (parsed && !arguments.help && arguments.all != arguments.domain.empty()) {
        parsed = policy::fail(ErrorKind::Malformed, "expected either a domain or --all");
    }
    if (!parsed) return complain_about_usage(parsed.error(), "cache flush", err);
    if (arguments.help) {
        out << kFlushUsage;
        return kExitYes;
    }
    const auto answer = ask(config, "flush", arguments.domain);
    if (!answer) return complain(answer.error(), err);
    out << (arguments.all ? "The cache" : printable(arguments.domain)) << " was flushed.\n";
    return kExitYes;
}

}  // namespace smarttls::portal

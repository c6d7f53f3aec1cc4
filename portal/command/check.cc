// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check.h"

#include <algorithm>
#include <boost/program_options.hpp>

#include "policy/decision.h"
#include "policy/text.h"
#include "portal/command/evidence_verdict.h"
#include "portal/command/exit_status.h"
#include "smarttls/client.h"
#include "smarttls/direct_probe.h"
#include "smarttls/dns/idna.h"
#include "smarttls/verdict_json.h"

namespace smarttls::portal {
namespace {

namespace po = boost::program_options;
using policy::Deadline;
using policy::Result;
using policy::Verdict;
using std::chrono_literals::operator""s;

constexpr std::string_view kUsage =
    "usage: smarttls check DOMAIN... [OPTION]...\n"
    "\n"
    "Tells how well the mail servers of a domain are protected, and what would happen to mail of\n"
    "each class.\n"
    "\n"
    "  --json         one verdict per line\n"
    "  --fresh        probe again, whatever the engine remembers\n"
    "  --direct       probe from here, without the engine\n"
    "  --class NAME   the class that decides the exit status (the strictest one)\n"
    "\n"
    "Exit status: 0 meets the class, 1 does not, 2 usage, 69 no answer, 75 unknown, 78 "
    "configuration.\n";

struct Arguments {
    std::vector<std::string> domains;
    std::string class_name;
    bool json = false;
    bool fresh = false;
    bool direct = false;
    bool help = false;
};

Result<Arguments> parse(const std::vector<std::string>& words) {
    Arguments arguments;
    po::options_description options;
    options.add_options()("help,h", po::bool_switch(&arguments.help))(
        "json", po::bool_switch(&arguments.json))("fresh", po::bool_switch(&arguments.fresh))(
        "direct", po::bool_switch(&arguments.direct))("class", po::value(&arguments.class_name))(
        "domain", po::value(&arguments.domains));
    po::positional_options_description positions;
    positions.add("domain", -1);
    try {
        po::variables_map values;
        po::store(po::command_line_parser(words).options(options).positional(positions).run(),
                  values);
        po::notify(values);
    } catch (const po::error& error) {
        return policy::fail(policy::ErrorKind::Malformed, error.what());
    }
    if (!arguments.help && arguments.domains.empty()) {
        return policy::fail(policy::ErrorKind::Malformed, "no domain is given");
    }
    return arguments;
}

/// What the engine is asked for: A-labels, or a next hop as Postfix writes it.
Result<policy::NextHop> next_hop_of(const std::string& text) {
    if (text.starts_with('[')) return policy::NextHop::parse(text);
    if (auto parsed = policy::NextHop::parse(text)) return parsed;
    auto name = engine::to_domain_name(text.substr(text.rfind('@') + 1));
    if (!name) return because(name, text);
    return policy::NextHop::of(*name);
}

Result<Verdict> ask_engine(const policy::EngineSettings& settings, const policy::NextHop& next_hop,
                           bool fresh) {
    const auto deadline = Deadline::after(Deadline::Clock::now(), settings.probe_deadline + 10s);
    auto connection = engine::EngineConnection::open(settings.socket, deadline);
    if (!connection) return tl::unexpected(connection.error());
    if (auto asked = connection->ask(fresh ? "fresh" : "verdict", next_hop.str()); !asked) {
        return tl::unexpected(asked.error());
    }
    return connection->read_verdict(deadline);
}

bool engine_answers(const policy::EngineSettings& settings) {
    const auto deadline = Deadline::after(Deadline::Clock::now(), 2s);
    return engine::EngineConnection::open(settings.socket, deadline).has_value();
}

policy::RecipientDecision decision_for(const policy::MailClass& mail_class,
                                       const policy::NextHop& next_hop, const Verdict& verdict) {
    policy::Recipient recipient;
    recipient.address = next_hop.str();
    recipient.domain = next_hop.name();
    recipient.verdict = verdict;
    return decide(mail_class, recipient);
}

Tone tone_of(policy::Outcome outcome) {
    if (outcome == policy::Outcome::Direct) return Tone::Good;
    return outcome == policy::Outcome::Reject ? Tone::Bad : Tone::Doubtful;
}

void print_for_people(const policy::Config& config, const policy::NextHop& next_hop,
                      const Verdict& verdict, std::ostream& out, Style style) {
    out << verdict_lines(engine::to_json(verdict), 0, style);
    constexpr std::size_t kColumn = 20;
    for (const policy::MailClass& mail_class : config.classes) {
        const auto decision = decision_for(mail_class, next_hop, verdict);
        const std::string label = "  class " + mail_class.name;
        const std::string outcome = std::string(to_string(decision.outcome));
        out << padded(label, kColumn)
            << painted(padded(outcome, 8), tone_of(decision.outcome), style)
            << wrapped(printable(decision.explanation), kColumn + 8) << '\n';
    }
}

int status_of(const policy::MailClass& mail_class, const Verdict& verdict) {
    switch (policy::reach(verdict, mail_class)) {
        case policy::Reach::Enough:
            return kExitYes;
        case policy::Reach::TooLittle:
            return kExitNo;
        case policy::Reach::Unknown:
            break;
    }
    return kExitTemporary;
}

const policy::MailClass* wanted_class(const policy::Config& config, const std::string& name) {
    if (!name.empty()) return config.find_class(name);
    std::vector<const policy::MailClass*> all;
    for (const policy::MailClass& mail_class : config.classes) all.push_back(&mail_class);
    return policy::strictest(all);
}

int check_one(const policy::Config& config, const Arguments& arguments, const std::string& domain,
              std::ostream& out, std::ostream& err, Style style) {
    auto next_hop = next_hop_of(domain);
    if (!next_hop) {
        err << "smarttls: " << printable(next_hop.error().what) << '\n';
        return kExitUsage;
    }
    const bool direct = arguments.direct || !engine_answers(config.engine);
    auto verdict = direct ? engine::probe_directly(config.engine, *next_hop)
                          : ask_engine(config.engine, *next_hop, arguments.fresh);
    if (!verdict) {
        err << "smarttls: " << printable(domain + ": " + verdict.error().what) << '\n';
        return exit_status(verdict.error().kind);
    }
    if (arguments.json) {
        out << engine::to_json(*verdict) << '\n';
    } else {
        print_for_people(config, *next_hop, *verdict, out, style);
    }
    return status_of(*wanted_class(config, arguments.class_name), *verdict);
}

}  // namespace

int check(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out,
          std::ostream& err, Style style) {
    auto arguments = parse(words);
    if (!arguments) {
        err << "smarttls check: " << printable(arguments.error().what) << "\n\n" << kUsage;
        return kExitUsage;
    }
    if (arguments->help) {
        out << kUsage;
        return kExitYes;
    }
    if (wanted_class(config, arguments->class_name) == nullptr) {
        err << "smarttls check: there is no class " << policy::quote(arguments->class_name) << '\n';
        return kExitUsage;
    }
    int status = kExitYes;
    for (const std::string& domain : arguments->domains) {
        if (&domain != &arguments->domains.front() && !arguments->json) out << '\n';
        status = std::max(status, check_one(config, *arguments, domain, out, err, style));
        out.flush();
    }
    return status;
}

}  // namespace smarttls::portal

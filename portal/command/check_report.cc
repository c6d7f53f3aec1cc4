// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check_report.h"

#include <algorithm>

#include "policy/decision.h"
#include "policy/explanation.h"
#include "policy/text.h"
#include "portal/command/check_advice.h"
#include "portal/command/check_hosts.h"
#include "portal/command/check_postfix.h"
#include "portal/command/check_protection.h"
#include "portal/command/evidence_verdict.h"

namespace smarttls::portal {
namespace {

using policy::Verdict;

constexpr std::size_t kIndent = 2;
constexpr std::size_t kLevelColumns = 11;   // "no-mail", "forbidden", "encrypted"
constexpr std::size_t kGradeColumns = 14;   // "insufficient"

Layout inner(const Layout& layout) {
    Layout result = layout;
    result.indent += kIndent;
    return result;
}

std::string section(std::string_view title, const std::string& body, const Layout& layout) {
    if (body.empty()) return {};
    return "\n" + painted(title, Tone::Strong, layout.style) + "\n" + body;
}

std::string sentence(const std::string& text, const Layout& layout) {
    return std::string(kIndent, ' ') + wrapped(printable(text), kIndent, layout.columns) + "\n";
}

std::string age(const Verdict& verdict, policy::WallTime now) {
    const auto old = std::max(now - verdict.checked, std::chrono::seconds(0));
    const std::string when = old < std::chrono::seconds(2) ? "just now" : span_of(old) + " ago";
    const std::string text = "Checked " + when + " (" + local_time(verdict.checked) + ")";
    const bool graded = verdict.grade != policy::Grade::None && !verdict.profile.empty();
    const std::string judge = graded ? ", graded by " + verdict.profile : "";
    if (verdict.stale) {
        std::vector<std::string> why;
        for (const policy::Reason reason : verdict.stale_reasons) why.emplace_back(to_string(reason));
        const std::string reasons = why.empty() ? "" : " (" + policy::join(why, ", ") + ")";
        return text + judge + "; stale: the engine could not check again" + reasons + ".";
    }
    if (verdict.expires <= now) return text + judge + "; expired, to be checked again.";
    return text + judge + "; kept for " + span_of(verdict.expires - now) + " more.";
}

policy::RecipientKind kind(const Report& context, const policy::DomainName& domain, const Verdict& verdict) {
    static const policy::ConsumerDomains kNone;
    return kind_of(domain, &verdict, context.consumers != nullptr ? *context.consumers : kNone);
}

/// Nothing of the ordinary kind.
std::string kind_line(policy::RecipientKind kind, const Layout& layout) {
    switch (kind) {
        case policy::RecipientKind::Consumer:
            return sentence("It provides mailboxes of consumers (consumer-domains).", layout);
        case policy::RecipientKind::NtaOrganisation:
            return sentence("It is an organisation that declares itself to NTA 7516.", layout);
        case policy::RecipientKind::Organisation: break;
    }
    return {};
}

std::string headline(const Report& context, const Verdict& verdict) {
    const Layout& layout = context.layout;
    const std::string level(to_string(verdict.level));
    const std::string grade(to_string(verdict.grade));
    std::string text = painted(printable(verdict.domain), Tone::Strong, layout.style) + ": level " +
                       painted(level, tone_of_level(level), layout.style);
    if (verdict.grade != policy::Grade::None) {
        text += ", grade " + painted(grade, tone_of_grade(grade), layout.style);
    }
    text += "\n" + sentence(policy::describe(verdict) + ".", layout);
    const auto& best = verdict.best_seen;
    if (best && is_ranked(*best) && *best > verdict.level && verdict.level != policy::Level::Unknown) {
        const std::string warning = "It once reached " + std::string(to_string(*best)) +
                                    ": possible downgrade attack.";
        text += std::string(kIndent, ' ') + painted(warning, Tone::Bad, layout.style) + "\n";
    }
    return text + sentence(age(verdict, context.now), layout);
}

Tone tone_of(State state) {
    switch (state) {
        case State::Ok: return Tone::Good;
        case State::Weak: return Tone::Doubtful;
        case State::Failed: return Tone::Bad;
        default: return Tone::Ordinary;
    }
}

std::string protection_lines(const Verdict& verdict, const Layout& layout) {
    Table table;
    for (const Protection& one : protections(verdict)) {
        table.add({{std::string(one.name)},
                   {std::string(1, sign_of(one.state)) + " " + std::string(to_string(one.state)),
                    tone_of(one.state)},
                   {one.fact},
                   {one.clause}});
    }
    return table.text(layout);
}

/// They do not count for the level: ordinary delivery goes to the MX hosts.
std::string nta_tables(const Verdict& verdict, const Report& context, const Layout& layout) {
    if (!verdict.nta7516 || verdict.nta7516->ntamx.empty()) return {};
    return host_tables(verdict.nta7516->ntamx, context.now, layout);
}

std::string advice_lines(const Verdict& verdict, const Layout& layout) {
    const std::vector<Advice> advice = advise(verdict);
    if (advice.empty() && verdict.level == policy::Level::Dane) {
        return sentence("Nothing: this is the highest level, and no part of it is weak.", layout);
    }
    Table table;
    for (const Advice& one : advice) {
        std::string goal = one.goal;
        for (const std::string& step : one.steps) {
            table.add({{std::exchange(goal, "")}, {"*"}, {step}});
        }
    }
    return table.text(layout);
}

std::string postfix_lines(const Verdict& verdict, const std::string& default_map,
                          const Layout& layout) {
    Table table;
    for (const PostfixAnswer& one : postfix_answers(verdict, default_map)) {
        table.add({{one.who},
                   {one.source},
                   {one.answer, one.passes ? Tone::Ordinary : Tone::Doubtful}});
    }
    return table.text(layout);
}

Tone tone_of(policy::Outcome outcome) {
    if (outcome == policy::Outcome::Direct) return Tone::Good;
    return outcome == policy::Outcome::Reject ? Tone::Bad : Tone::Doubtful;
}

std::string class_lines(const Report& context, const policy::NextHop& next_hop,
                        const Verdict& verdict) {
    policy::Recipient recipient;
    recipient.address = next_hop.str();
    recipient.domain = next_hop.name();
    recipient.verdict = verdict;
    recipient.kind = kind(context, next_hop.name(), verdict);
    Table table;
    for (const policy::MailClass& mail_class : context.config.classes) {
        const auto decision = decide(mail_class, recipient);
        table.add({{mail_class.name},
                   {std::string(to_string(decision.outcome)), tone_of(decision.outcome)},
                   {decision.explanation}});
    }
    return table.text(inner(context.layout));
}

State state_of(policy::Reach reach) {
    if (reach == policy::Reach::Enough) return State::Ok;
    return reach == policy::Reach::TooLittle ? State::Failed : State::Unknown;
}

/// Those of the level, or why a class that requires an NTA 7516 record finds none that is valid.
std::string worst_reasons(const Verdict& verdict, const policy::MailClass& mail_class) {
    constexpr std::size_t kMost = 2;
    std::vector<std::string> names;
    const bool required = mail_class.nta_record == policy::NtaRecord::Required;
    if (required && verdict.nta7516 && verdict.nta7516->why && verdict.reasons.empty()) {
        names.emplace_back(to_string(*verdict.nta7516->why));
    }
    for (const policy::Reason reason : verdict.reasons) {
        if (names.size() < kMost) names.emplace_back(to_string(reason));
    }
    return policy::join(names, " ");
}

}  // namespace

std::string report(const Report& context, const policy::NextHop& next_hop, const Finding& finding) {
    const Verdict& verdict = *finding.verdict;
    const Layout layout = inner(context.layout);
    return headline(context, verdict) + kind_line(kind(context, next_hop.name(), verdict), layout) +
           section("Mail servers", host_tables(verdict.hosts, context.now, layout), layout) +
           section("Mail servers that its NTA 7516 record names", nta_tables(verdict, context, layout),
                   layout) +
           section("Protection", protection_lines(verdict, layout), layout) +
           section("What would have to change", advice_lines(verdict, layout), layout) +
           section("What Postfix is told", postfix_lines(verdict, finding.default_map, layout),
                   layout) +
           section("What happens to mail", class_lines(context, next_hop, verdict), layout);
}

std::string report_line(const Report& context, std::size_t name_columns, const Verdict& verdict) {
    const Layout& layout = context.layout;
    const State state = state_of(policy::reach(verdict, context.mail_class));
    const std::string level(to_string(verdict.level));
    const std::string grade(to_string(verdict.grade));
    const std::string name = padded(printable(verdict.domain), name_columns);
    const std::string reasons = worst_reasons(verdict, context.mail_class);
    const auto column = [&](const std::string& word, Tone tone, std::size_t width) {
        return painted(word, tone, layout.style) + std::string(width - word.size(), ' ');
    };
    std::string line = painted(std::string(1, sign_of(state)), tone_of(state), layout.style) + " " +
                       name + "  " + column(level, tone_of_level(level), kLevelColumns);
    const std::size_t used = kIndent + columns(name) + kIndent + kLevelColumns + kGradeColumns;
    if (!reasons.empty() && used + columns(reasons) <= layout.columns) {
        return line + column(grade, tone_of_grade(grade), kGradeColumns) + reasons + "\n";
    }
    line += painted(grade, tone_of_grade(grade), layout.style) + "\n";
    return reasons.empty() ? line : line + std::string(2 * kIndent, ' ') + reasons + "\n";
}

}  // namespace smarttls::portal

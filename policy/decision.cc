// SPDX-License-Identifier: Apache-2.0
#include "policy/decision.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "policy/explanation.h"

namespace smarttls::policy {
namespace {

Outcome of(Shortfall shortfall) {
    switch (shortfall) {
        case Shortfall::Portal: return Outcome::Portal;
        case Shortfall::Hold: return Outcome::Hold;
        case Shortfall::Reject: break;
    }
    return Outcome::Reject;
}

Outcome of(Uncertain unknown) {
    return unknown == Uncertain::Portal ? Outcome::Portal : Outcome::Queue;
}

bool is(const Recipient& recipient, RouteKind kind) { return recipient.route.kind == kind; }

/// No verdict counts as Unknown: whoever forgets to ask must not find mail delivered for it.
Level level(const Recipient& recipient) {
    return recipient.verdict ? recipient.verdict->level : Level::Unknown;
}

Reach reach_of(const MailClass& mail_class, const Recipient& recipient) {
    return recipient.verdict ? reach(*recipient.verdict, mail_class) : Reach::Unknown;
}

/// Without the NTA 7516 record.
Reach graded_reach(const Verdict& verdict, const MailClass& mail_class) {
    if (verdict.level == Level::Unknown) return Reach::Unknown;
    if (!meets(verdict.level, mail_class.level)) return Reach::TooLittle;
    // Insufficient is the worst that there is: who asks for no more takes what was never graded.
    if (mail_class.grade <= Grade::Insufficient) return Reach::Enough;
    if (verdict.grade == Grade::None) return Reach::Unknown;
    return verdict.grade >= mail_class.grade ? Reach::Enough : Reach::TooLittle;
}

Reach graded_reach_of(const MailClass& mail_class, const Recipient& recipient) {
    return recipient.verdict ? graded_reach(*recipient.verdict, mail_class) : Reach::Unknown;
}

struct Row {
    std::string_view name;
    bool (*applies)(const MailClass&, const Recipient&);
    Outcome (*outcome)(const MailClass&);
};

// First match wins. Unknown stands before every row that calls a domain insecure (promise: unknown is
// not insecure); the site's own routes stand before the verdict, which says nothing about them.
constexpr auto kTable = std::to_array<Row>({
    {"trusted-route", [](const auto&, const auto& r) { return is(r, RouteKind::Trusted); },
     [](const auto&) { return Outcome::Direct; }},
    {"untrusted-route", [](const auto&, const auto& r) { return is(r, RouteKind::Untrusted); },
     [](const auto& c) { return of(c.insecure); }},
    {"alias", [](const auto&, const auto& r) { return is(r, RouteKind::Alias); },
     [](const auto&) { return Outcome::Direct; }},
    {"address-literal", [](const auto&, const auto& r) { return !r.domain; },
     [](const auto& c) { return of(c.insecure); }},
    {"no-mail", [](const auto&, const auto& r) { return level(r) == Level::NoMail; },
     [](const auto&) { return Outcome::Reject; }},
    {"consumer", [](const auto& c, const auto& r) {
         return c.consumer == ConsumerMail::Portal && r.kind == RecipientKind::Consumer;
     },
     [](const auto&) { return Outcome::Portal; }},
    {"unknown", [](const auto&, const auto& r) { return level(r) == Level::Unknown; },
     [](const auto& c) { return of(c.unknown); }},
    {"forbidden", [](const auto&, const auto& r) { return level(r) == Level::Forbidden; },
     [](const auto& c) { return of(c.insecure); }},
    {"meets-level", [](const auto& c, const auto& r) { return reach_of(c, r) == Reach::Enough; },
     [](const auto&) { return Outcome::Direct; }},
    {"ungraded", [](const auto& c, const auto& r) { return graded_reach_of(c, r) == Reach::Unknown; },
     [](const auto& c) { return of(c.unknown); }},
    {"nta-unknown", [](const auto& c, const auto& r) { return reach_of(c, r) == Reach::Unknown; },
     [](const auto& c) { return of(c.unknown); }},
    {"nta-record", [](const auto& c, const auto& r) { return graded_reach_of(c, r) == Reach::Enough; },
     [](const auto& c) { return of(c.insecure); }},
    {"below-grade", [](const auto& c, const auto& r) { return meets(level(r), c.level); },
     [](const auto& c) { return of(c.insecure); }},
    {"plaintext", [](const auto& c, const auto& r) {
         return level(r) == Level::Plaintext && c.plaintext.has_value();
     },
     [](const auto& c) { return of(*c.plaintext); }},
    {"below-level", [](const auto&, const auto&) { return true; },
     [](const auto& c) { return of(c.insecure); }},
});

bool has_reason(const Recipient& recipient, Reason reason) {
    if (!recipient.verdict) return false;
    const auto& reasons = recipient.verdict->reasons;
    return std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
}

/// The registry meaning that fits best (RFC 3463, RFC 7505 §4, RFC 7372; IANA registry).
ReplyCode reply_for(const Recipient& recipient, std::string_view rule) {
    if (is(recipient, RouteKind::Untrusted) || !recipient.domain) return {"550", "5.7.1"};
    if (has_reason(recipient, Reason::NullMx)) return {"556", "5.1.10"};
    if (level(recipient) == Level::NoMail) return {"550", "5.1.2"};
    if (level(recipient) == Level::Plaintext) return {"550", "5.7.4"};
    if (rule == "below-grade") return {"550", "5.7.6"};
    if (rule == "nta-record") return {"550", "5.7.1"};
    return {"550", "5.7.5"};
}

}  // namespace

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::Direct: return "direct";
        case Outcome::Queue: return "queue";
        case Outcome::Portal: return "portal";
        case Outcome::Hold: return "hold";
        case Outcome::Reject: return "reject";
    }
    return "reject";
}

Reach reach(const Verdict& verdict, const MailClass& mail_class) {
    const Reach graded = graded_reach(verdict, mail_class);
    if (graded != Reach::Enough || mail_class.nta_record == NtaRecord::Recorded) return graded;
    if (!verdict.nta7516 || !is_known(*verdict.nta7516)) return Reach::Unknown;
    return is_valid(*verdict.nta7516) ? Reach::Enough : Reach::TooLittle;
}

RecipientDecision decide(const MailClass& mail_class, const Recipient& recipient) {
    const auto* const row = std::find_if(kTable.begin(), kTable.end(), [&](const Row& candidate) {
        return candidate.applies(mail_class, recipient);
    });
    RecipientDecision decision;
    decision.rule = row->name;
    decision.outcome = row->outcome(mail_class);
    if (decision.outcome == Outcome::Reject) decision.reply = reply_for(recipient, decision.rule);
    decision.explanation = explain(mail_class, recipient, decision.rule, decision.outcome);
    return decision;
}

const MailClass* strictest(const std::vector<const MailClass*>& classes) {
    const auto rank = [](const MailClass* c) {
        return std::tuple(c->mode, c->level, c->grade, c->nta_record, c->insecure, c->plaintext.value_or(c->insecure),
                          c->unknown, c->consumer, c->require_inbound_tls);
    };
    const MailClass* best = nullptr;
    for (const MailClass* candidate : classes) {
        if (best == nullptr || rank(candidate) > rank(best) ||
            (rank(candidate) == rank(best) && candidate->name < best->name)) {
            best = candidate;
        }
    }
    return best;
}

}  // namespace smarttls::policy

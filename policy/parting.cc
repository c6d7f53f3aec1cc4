// SPDX-License-Identifier: Apache-2.0
#include "policy/parting.h"

#include <algorithm>
#include <cassert>

namespace smarttls::policy {
namespace {

/// Goes on with the message as the MTA has it.
bool stays(const RecipientDecision& one) { return one.outcome <= Outcome::Queue; }

/// To be held, and no earlier attempt at the message has set a copy aside.
bool is_newly_held(const RecipientDecision& one) {
    return one.outcome == Outcome::Hold && !one.is_settled;
}

bool is_refused(const RecipientDecision& one) { return one.outcome == Outcome::Reject; }

Outcome outcome_of(const std::vector<RecipientDecision>& decisions) {
    if (std::all_of(decisions.begin(), decisions.end(), is_refused)) return Outcome::Reject;
    const bool somebody_stays = std::any_of(decisions.begin(), decisions.end(), stays);
    if (!somebody_stays && std::any_of(decisions.begin(), decisions.end(), is_newly_held)) {
        return Outcome::Hold;
    }
    Outcome severest = somebody_stays ? Outcome::Direct : Outcome::Portal;
    for (const RecipientDecision& one : decisions) {
        if (one.outcome <= Outcome::Portal) severest = std::max(severest, one.outcome);
    }
    return severest;
}

/// Whether this one alone fares worse than the message.
bool is_apart(const RecipientDecision& one, Outcome whole) {
    return one.outcome >= Outcome::Hold && one.outcome != whole;
}

}  // namespace

MessageDecision combine(const std::vector<RecipientDecision>& decisions) {
    assert(!decisions.empty());
    const auto severest =
        std::max_element(decisions.begin(), decisions.end(),
                         [](const auto& a, const auto& b) { return a.outcome < b.outcome; });
    MessageDecision whole;
    whole.outcome = outcome_of(decisions);
    whole.reply = severest->reply;
    for (std::size_t i = 0; i < decisions.size() && whole.outcome != Outcome::Reject; ++i) {
        const RecipientDecision& one = decisions[i];
        const bool held_apart =
            one.outcome == Outcome::Hold && (one.is_settled || whole.outcome != Outcome::Hold);
        if (one.outcome == Outcome::Portal || held_apart) whole.kept.push_back(i);
        if (is_refused(one)) whole.refused.push_back(i);
    }
    const bool some_apart = std::any_of(decisions.begin(), decisions.end(),
                                        [&](const auto& one) { return is_apart(one, whole.outcome); });
    const bool held_in_part = whole.outcome == Outcome::Hold && !whole.kept.empty();
    whole.is_split = some_apart || held_in_part;
    whole.explanation = severest->explanation;
    if (whole.is_split) whole.explanation += " The other recipients are not affected.";
    return whole;
}

bool sets_aside(const std::vector<RecipientDecision>& decisions) {
    return std::any_of(decisions.begin(), decisions.end(), stays) &&
           std::any_of(decisions.begin(), decisions.end(), is_newly_held);
}

void hold_together(std::vector<RecipientDecision>& decisions) {
    for (RecipientDecision& one : decisions) {
        if (!stays(one)) continue;
        one.outcome = Outcome::Hold;
        one.explanation +=
            " It is held with the others all the same, since there is no key to seal their copies with "
            "(smarttls keys create).";
    }
}

bool keeps_for_pickup(const MailClass& mail_class) {
    return mail_class.insecure == Shortfall::Portal || mail_class.plaintext == Shortfall::Portal ||
           mail_class.unknown == Uncertain::Portal || mail_class.consumer == ConsumerMail::Portal;
}

bool keeps_for_pickup(const Config& config) {
    return std::any_of(config.classes.begin(), config.classes.end(),
                       [](const MailClass& one) { return keeps_for_pickup(one); });
}

}  // namespace smarttls::policy

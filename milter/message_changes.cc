// SPDX-License-Identifier: Apache-2.0
#include "milter/message_changes.h"

#include <set>

#include "milter/envelope.h"
#include "policy/text.h"

namespace smarttls::milter {

using policy::Result;

void MessageChanges::saw_header(std::string_view name) { ++counts_[policy::to_lower(name)]; }

/// From the last to the first: removing one must not renumber those that follow.
Result<void> MessageChanges::remove_headers(const std::string& name, Actions& actions) {
    const auto count = counts_.find(policy::to_lower(name));
    if (count == counts_.end()) return policy::ok();
    for (; count->second > 0; --count->second) {
        if (auto removed = actions.remove_header(name, count->second); !removed) return removed;
    }
    return policy::ok();
}

/// RET=HDRS keeps the body out of bounces (RFC 3461 §4.3), the client's own ENVID stays.
Result<void> MessageChanges::mark(const policy::MailClass& mail_class,
                                  const std::string& control_header, const EnvelopeSender& sender,
                                  std::optional<policy::Floor> lowest, Actions& actions) {
    const std::string parameters =
        sender.envelope_id.empty() ? "RET=HDRS" : "RET=HDRS ENVID=" + sender.envelope_id;
    const std::string tagged = with_floor(sender.address, mail_class.level, sender.home);
    auto done = actions.change_sender(tagged, parameters);
    if (done) done = remove_headers(control_header, actions);
    if (done) done = remove_headers(std::string(kFloorField), actions);
    if (done) done = replace_headers(mail_class, actions);
    const policy::Floor floor = lowest.value_or(floor_of(tagged).value_or(mail_class.level));
    if (done) {
        done = actions.put_header_on_top(std::string(kFloorField), std::string(to_string(floor)));
    }
    return done;
}

Result<void> MessageChanges::replace_headers(const policy::MailClass& mail_class,
                                             Actions& actions) {
    Result<void> done = policy::ok();
    for (const std::string& name : mail_class.remove_headers) {
        if (done) done = remove_headers(name, actions);
    }
    for (const policy::HeaderField& field : mail_class.set_headers) {
        if (done) done = remove_headers(field.name, actions);
    }
    for (const policy::HeaderField& field : mail_class.set_headers) {
        if (done) done = actions.add_header(field.name, field.value);
    }
    return done;
}

Result<void> MessageChanges::remove_recipients(const std::vector<std::string>& paths,
                                               Actions& actions) {
    std::set<std::string> removed;
    for (const std::string& path : paths) {
        if (!removed.insert(path).second) continue;
        if (auto done = actions.remove_recipient(path); !done) return done;
    }
    return policy::ok();
}

Result<void> MessageChanges::replace_recipients(const std::vector<Replacement>& replaced,
                                                Actions& actions) {
    std::set<std::string> done;
    for (const Replacement& one : replaced) {
        if (!done.insert(one.path).second) continue;
        auto changed = actions.remove_recipient(one.path);
        if (changed) changed = actions.add_recipient(one.by, one.parameters);
        if (!changed) return changed;
    }
    return policy::ok();
}

}  // namespace smarttls::milter

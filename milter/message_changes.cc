// SPDX-License-Identifier: Apache-2.0
#include "milter/message_changes.h"

#include <algorithm>
#include <set>

#include "milter/envelope.h"
#include "policy/subject.h"
#include "policy/text.h"

namespace smarttls::milter {

using policy::Result;

namespace {

constexpr std::string_view kSubject = "Subject";

}  // namespace

void MessageChanges::saw_header(std::string_view name, std::string_view value) {
    ++counts_[policy::to_lower(name)];
    if (policy::equal_ignoring_case(name, kSubject)) subjects_.emplace_back(value);
}

bool MessageChanges::has_control_headers() const {
    return std::any_of(control_headers_.begin(), control_headers_.end(), [&](const std::string& name) {
        const auto count = counts_.find(policy::to_lower(name));
        return count != counts_.end() && count->second > 0;
    });
}

/// From the last to the first: removing one must not renumber those that follow.
Result<void> MessageChanges::remove_headers(const std::string& name, Actions& actions) {
    const auto count = counts_.find(policy::to_lower(name));
    if (count == counts_.end()) return policy::ok();
    for (; count->second > 0; --count->second) {
        if (auto removed = actions.remove_header(name, count->second); !removed) return removed;
    }
    return policy::ok();
}

Result<void> MessageChanges::remove_control_headers(Actions& actions) {
    Result<void> done = policy::ok();
    for (const std::string& name : control_headers_) {
        if (done) done = remove_headers(name, actions);
    }
    return done;
}

/// RET=HDRS keeps the body out of bounces (RFC 3461 §4.3), the client's own ENVID stays.
Result<void> MessageChanges::mark(const policy::MailClass& mail_class, const EnvelopeSender& sender,
                                  std::optional<policy::Floor> lowest, Actions& actions) {
    const std::string parameters =
        sender.envelope_id.empty() ? "RET=HDRS" : "RET=HDRS ENVID=" + sender.envelope_id;
    const std::string tagged = with_floor(sender.address, mail_class.level, sender.home);
    auto done = actions.change_sender(tagged, parameters);
    if (done) done = remove_control_headers(actions);
    if (done) done = remove_headers(std::string(kFloorField), actions);
    if (done) done = rewrite_subjects(mail_class, actions);
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

/// From the last to the first, as in remove_headers: nothing is left of a subject that was but a tag.
Result<void> MessageChanges::rewrite_subjects(const policy::MailClass& mail_class, Actions& actions) {
    const std::string& added = mail_class.added_subject_tag;
    if (subjects_.empty() && !added.empty()) return actions.add_header(std::string(kSubject), added);
    for (std::size_t i = subjects_.size(); i-- > 0;) {
        std::string value = subjects_[i];
        for (const std::string& tag : mail_class.triggers.subject_tags) {
            if (mail_class.removes_subject_tags) value = policy::Subject(value).without(tag);
        }
        if (i == 0 && !added.empty()) value = policy::with_tag(value, added);
        if (value == subjects_[i]) continue;
        auto changed = actions.change_header(std::string(kSubject), static_cast<int>(i + 1), value);
        if (!changed) return changed;
        if (value.empty()) --counts_["subject"];
    }
    return policy::ok();
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

// SPDX-License-Identifier: Apache-2.0
#include "portal/command/exception.h"

#include <algorithm>

#include "policy/exception.h"
#include "portal/command/evidence_open.h"
#include "portal/command/exception_arguments.h"
#include "portal/command/exit_status.h"
#include "portal/command/person.h"
#include "store/evidence_appender.h"
#include "store/exception_report.h"
#include "store/exceptions.h"

namespace smarttls::portal {
namespace {

using policy::ErrorKind;
using policy::Exception;
using policy::ExceptionState;
using policy::Result;

store::EvidenceTime wall_time() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

int refuse(std::ostream& err, const std::string& why) {
    err << "smarttls: " << printable(why) << "\n";
    return kExitNo;
}

std::string name_of(const Exception& one) {
    return "exception " + std::to_string(one.id) + " for " + one.target;
}

/// False: it has come to its end, or to this state, in the meantime. To end one is allowed at any time.
Result<bool> write(const policy::Config& config, std::string_view event, const Exception& one) {
    if (config.exceptions.security_contact.empty() && event != store::kExceptionRevocation) {
        return policy::fail(ErrorKind::Misconfigured,
                            "[exceptions] security-contact is not set: nobody would be told of an exception");
    }
    const store::EvidenceRecord record = store::exception_record(
        event, one, {config.exceptions.security_contact, wall_time(), person(), config.version});
    const auto ids = store::append_evidence(config.store, {&record, 1});
    if (!ids) return tl::unexpected(ids.error());
    return ids->front() != 0;
}

/// One that nobody could tell from the new one when both hold.
Result<const Exception*> find_overlap(const std::vector<Exception>& open, const Exception& one) {
    const auto found = std::find_if(open.begin(), open.end(), [&](const Exception& other) {
        return other.until > one.created && overlap(one, other);
    });
    return found == open.end() ? nullptr : &*found;
}

int make(const policy::Config& config, Exception one, std::ostream& out, std::ostream& err) {
    auto exceptions = store::Exceptions::open(config.store.evidence);
    if (!exceptions) return complain(exceptions.error(), err);
    const auto open = exceptions->open_ones();
    if (!open) return complain(open.error(), err);
    const auto other = find_overlap(*open, one);
    if (other && *other != nullptr) {
        return refuse(err, name_of(**other) + " holds for the same mail until " +
                               store::utc_text((*other)->until) + "; revoke it first");
    }
    const auto id = exceptions->next_id();
    if (!id) return complain(id.error(), err);
    one.id = *id;
    one.created_by = person();
    one.state = config.exceptions.four_eyes ? ExceptionState::Waiting : ExceptionState::Active;
    const auto written = write(config, store::kExceptionCreation, one);
    if (!written) return complain(written.error(), err);
    out << "Made " << printable(name_of(one)) << ": until " << store::utc_text(one.until) << " it allows "
        << printable(to_string(one.waiver)) << ".\n";
    if (one.state == ExceptionState::Waiting) {
        out << "It holds when somebody else has approved it: smarttls exception approve " << one.id << "\n";
    }
    return kExitYes;
}

/// The open exception of this number, or the exit status.
Result<Exception> find_open(const policy::Config& config, std::int64_t id) {
    auto exceptions = store::Exceptions::open(config.store.evidence);
    if (!exceptions) return tl::unexpected(exceptions.error());
    auto found = exceptions->find(id);
    if (!found) return tl::unexpected(found.error());
    const std::string name = "exception " + std::to_string(id);
    if (!*found) return policy::fail(ErrorKind::Permanent, "there is no " + name);
    if ((*found)->state == ExceptionState::Revoked) return policy::fail(ErrorKind::Permanent, name + " was revoked");
    const bool is_over = (*found)->state == ExceptionState::Expired || (*found)->until <= wall_time();
    if (is_over) return policy::fail(ErrorKind::Permanent, name + " has expired");
    return **std::move(found);
}

int change(const policy::Config& config, std::string_view event, const Exception& one,
           std::string_view done, std::ostream& out, std::ostream& err) {
    const auto written = write(config, event, one);
    if (!written) return complain(written.error(), err);
    if (!*written) return refuse(err, name_of(one) + " was changed by somebody else at the same time");
    out << done << " " << printable(name_of(one)) << ".\n";
    if (config.exceptions.security_contact.empty()) out << "Nobody is told: [exceptions] security-contact is not set.\n";
    return kExitYes;
}

int tell_why_not(const policy::Error& error, std::ostream& err) {
    return error.kind == ErrorKind::Permanent ? refuse(err, error.what) : complain(error, err);
}

}  // namespace

int exception_add(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out,
                  std::ostream& err, Style) {
    auto arguments = parse_add(words, config, wall_time());
    if (!arguments) return complain_about_usage(arguments.error(), "exception add", err);
    if (!arguments->help) return make(config, std::move(arguments->exception), out, err);
    out << kAddUsage;
    return kExitYes;
}

int exception_approve(const policy::Config& config, const std::vector<std::string>& words,
                      std::ostream& out, std::ostream& err, Style) {
    const auto arguments = parse_approve(words);
    if (!arguments) return complain_about_usage(arguments.error(), "exception approve", err);
    if (arguments->help) {
        out << kApproveUsage;
        return kExitYes;
    }
    auto one = find_open(config, arguments->id);
    if (!one) return tell_why_not(one.error(), err);
    if (one->state != ExceptionState::Waiting) return refuse(err, name_of(*one) + " waits for no approval");
    const std::string approver = person();
    if (approver == one->created_by) return refuse(err, name_of(*one) + " was made by " + approver + ": somebody else has to approve it");
    one->state = ExceptionState::Active;
    one->approved_by = approver;
    return change(config, store::kExceptionApproval, *one, "Approved", out, err);
}

int exception_revoke(const policy::Config& config, const std::vector<std::string>& words,
                     std::ostream& out, std::ostream& err, Style) {
    const auto arguments = parse_revoke(words);
    if (!arguments) return complain_about_usage(arguments.error(), "exception revoke", err);
    if (arguments->help) {
        out << kRevokeUsage;
        return kExitYes;
    }
    auto one = find_open(config, arguments->id);
    if (!one) return tell_why_not(one.error(), err);
    one->state = ExceptionState::Revoked;
    one->ended_by = person();
    one->end_reason = arguments->reason;
    return change(config, store::kExceptionRevocation, *one, "Revoked", out, err);
}

}  // namespace smarttls::portal

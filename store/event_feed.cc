// SPDX-License-Identifier: Apache-2.0
#include "store/event_feed.h"

#include <fcntl.h>
#include <syslog.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <system_error>

#include "store/record_text.h"

namespace smarttls::store {
namespace {

namespace json = boost::json;

constexpr std::string_view kSchema = "smarttls-event/1";
constexpr mode_t kGroupReads = 0640;

json::object recipient_of(const RecipientEvidence& one, bool with_personal_data) {
    json::object recipient{{"domain", utf8_of(one.domain)},
                           {"outcome", utf8_of(one.outcome)},
                           {"rule", utf8_of(one.rule)},
                           {"floor", utf8_of(one.floor)},
                           {"exception", one.exception}};
    if (with_personal_data) {
        recipient["address"] = utf8_of(one.address);
        recipient["explanation"] = utf8_of(one.explanation);
    }
    return recipient;
}

/// One write for all lines, so that lines of two programs do not mix.
Result<void> append(const std::string& path, const std::string& lines) {
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kGroupReads);
    const bool done = file >= 0 && ::write(file, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size());
    const int error = errno;
    if (file >= 0) ::close(file);
    if (done) return policy::ok();
    return policy::fail(policy::ErrorKind::Temporary,
                        "events cannot be written to " + path + ": " + std::generic_category().message(error), error);
}

}  // namespace

std::string event_line(const PreparedRecord& prepared, std::int64_t id, bool with_personal_data) {
    const EvidenceRecord& record = prepared.record;
    json::array recipients;
    for (const RecipientEvidence& one : record.recipients) recipients.push_back(recipient_of(one, with_personal_data));
    json::object event{{"schema", kSchema},
                       {"id", id},
                       {"identifier", to_text(prepared.sealed.id)},
                       {"event", event_uri(record.event)},
                       {"time", rfc3339(record.time)},
                       {"class", utf8_of(record.class_name)},
                       {"queue_id", utf8_of(record.queue_id)},
                       {"outcome", utf8_of(record.outcome)},
                       {"floor", utf8_of(record.floor)},
                       {"config_version", utf8_of(record.config_version)},
                       {"recipients", std::move(recipients)}};
    if (!record.mode.empty()) event["mode"] = utf8_of(record.mode);
    if (with_personal_data) {
        event["sender"] = utf8_of(record.sender);
        event["client"] = utf8_of(record.client);
        event["note"] = utf8_of(record.note);
    }
    return json::serialize(event);
}

Result<void> EventFeed::tell(std::span<const PreparedRecord* const> records, std::span<const std::int64_t> ids) const {
    if (settings_.file.empty() && !settings_.syslog) return policy::ok();
    std::string lines;
    for (std::size_t i = 0; i < records.size() && i < ids.size(); ++i) {
        if (ids[i] == 0) continue;
        const std::string line = event_line(*records[i], ids[i], settings_.with_personal_data);
        if (settings_.syslog) ::syslog(LOG_MAIL | LOG_INFO, "event %s", line.c_str());
        lines.append(line).push_back('\n');
    }
    return settings_.file.empty() || lines.empty() ? policy::ok() : append(settings_.file, lines);
}

}  // namespace smarttls::store

// SPDX-License-Identifier: Apache-2.0
#include "milter/identity.h"

#include <algorithm>
#include <chrono>

#include "milter/content_hash.h"
#include "policy/text.h"

namespace smarttls::milter {
namespace {

/// An attempt is known for one to two of these.
constexpr std::chrono::hours kAnonymousPeriod{4};

bool is_named(const std::pair<std::string, std::string>& field, std::string_view name) {
    return policy::equal_ignoring_case(field.first, name);
}

/// Length in front, so that no two lists of parts read the same.
void feed(ContentHash& hash, std::string_view part) {
    const std::string text = std::to_string(part.size()) + ":" + std::string(part);
    hash.update({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

using Field = HeaderFields::const_iterator;

/// `from`: Date fields from here on are not the client's, or do not matter.
std::string digest_of(const SubmittedMessage& message, Field added_name, Field from,
                      const std::string& period) {
    ContentHash hash;
    feed(hash, message.sender);
    for (auto field = message.fields.begin(); field != message.fields.end(); ++field) {
        if (field == added_name || (field >= from && is_named(*field, "Date"))) continue;
        feed(hash, policy::to_lower(field->first));
        feed(hash, field->second);
    }
    feed(hash, message.content_sha256);
    if (!period.empty()) feed(hash, period);
    return hash.finish();
}

}  // namespace

std::vector<std::string> identities_of(const SubmittedMessage& message, policy::WallTime now) {
    const auto& fields = message.fields;
    const auto added = std::find_if(fields.begin(), fields.end(), [&](const auto& field) {
        return is_named(field, "Message-Id") && !message.queue_id.empty() &&
               field.second.find(message.queue_id) != std::string::npos;
    });
    const bool by_client =
        added == fields.end() && std::any_of(fields.begin(), fields.end(), [](const auto& field) {
            return is_named(field, "Message-Id");
        });
    // Message-Id says it all (RFC 5322 §3.6.4); a Date may be Postfix's.
    if (by_client) return {digest_of(message, added, fields.begin(), {})};
    // Postfix puts what was missing behind the client's own fields: Message-Id, then Date.
    const auto period = std::chrono::floor<std::chrono::hours>(now.time_since_epoch()) / kAnonymousPeriod;
    return {digest_of(message, added, added, std::to_string(period)),
            digest_of(message, added, added, std::to_string(period - 1))};
}

}  // namespace smarttls::milter

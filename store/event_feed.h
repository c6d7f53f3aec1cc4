// SPDX-License-Identifier: Apache-2.0
//
// EventFeed: each event of the evidence as one line of JSON for a SIEM, in the system's log, in a file, or both.
//
//     EventFeed feed(settings.events);
//     feed.tell(prepared, id);          // once it is committed
//
// {"schema":"smarttls-event/1","id":17,"identifier":"<uuid>","event":"<URI>","time":"<RFC 3339>","class":"nta7516",
//  "queue_id":"...","outcome":"direct","floor":"dane","config_version":"...","recipients":[{"domain":"example.nl",
//  "outcome":"direct","rule":"meets-level","floor":"","exception":0}]}; what is not known is "" or 0, "mode":"shadow" stands in what was
// decided and not done. Members may come to be
// added under the same schema; a change of meaning changes its number. Nothing personal is told unless the configuration says
// so: then "sender", "client", "note" and each recipient's "address" and "explanation" are there, too.
// The feed is told at least once and best effort: the evidence is what counts, and a line that cannot be written is no
// reason to stop mail. The file is opened for each batch, so that it can be rotated at any time.
// Ownership: value. Threads: one at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "policy/config.h"
#include "store/record_preparer.h"

namespace smarttls::store {

class EventFeed {
  public:
    explicit EventFeed(policy::EventSettings settings) : settings_(std::move(settings)) {}

    /// `ids` as EvidenceTable::append gave them: 0 for what was not recorded. What went wrong with the file, or
    /// nothing.
    [[nodiscard]] Result<void> tell(std::span<const PreparedRecord* const> records, std::span<const std::int64_t> ids) const;

  private:
    policy::EventSettings settings_;
};

/// The line, without its end.
[[nodiscard]] std::string event_line(const PreparedRecord& prepared, std::int64_t id, bool with_personal_data);

}  // namespace smarttls::store

// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/events.h"

namespace smarttls::portal {

store::EvidenceRecord pickup_event(std::string_view event, const store::PickupRow& pickup, const Happening& what,
                                   store::EvidenceTime now) {
    store::EvidenceRecord record;
    record.event = event;
    record.time = now;
    record.class_name = pickup.class_name;
    record.queue_id = pickup.queue_id;
    record.sender = pickup.sender;
    record.client = what.client;
    record.outcome = "pickup-" + what.outcome;
    record.note = what.note;
    const std::string domain = pickup.recipient.substr(pickup.recipient.rfind('@') + 1);
    record.recipients.push_back({pickup.recipient, domain, record.outcome, "pickup", what.explanation, {}});
    return record;
}

}  // namespace smarttls::portal

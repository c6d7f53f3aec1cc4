// SPDX-License-Identifier: Apache-2.0
//
// What the portal's evidence tells of pickups: names of EN 319 522-1 Table 1 where one fits, and records of one recipient
// under the queue id of the message, so that `smarttls evidence` tells one story.
//
//     tables.events.add(pickup_event(kContentConsignment, pickup, {"announced", "..."}, now));
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "store/evidence.h"
#include "store/pickup/pickup_table.h"

namespace smarttls::portal {

inline constexpr std::string_view kContentConsignment = "ContentConsignment";                        // D.1
inline constexpr std::string_view kConsignmentNotification = "ConsignmentNotification";              // D.3
inline constexpr std::string_view kConsignmentNotificationFailure = "ConsignmentNotificationFailure";  // D.4
inline constexpr std::string_view kContentAccessTracking = "ContentAccessTracking";                  // D.6
inline constexpr std::string_view kContentHandover = "ContentHandover";                              // E.1
inline constexpr std::string_view kContentHandoverFailure = "ContentHandoverFailure";                // E.2
// Of ours.
inline constexpr std::string_view kPickupCode = "PickupCode";                // one was sent or given
inline constexpr std::string_view kPickupRefusal = "PickupRefusal";          // a wrong one was entered
inline constexpr std::string_view kPickupAccess = "PickupAccess";            // the recipient was let in
inline constexpr std::string_view kPickupExtension = "PickupExtension";      // a person gave it more time

struct Happening {
    std::string outcome;      // "read": "pickup-read" in the evidence, beside the outcomes of deliveries
    std::string explanation;  // one sentence
    std::string client = {};  // as the class lets it be kept
    std::string note = {};    // what a person said about it
};

[[nodiscard]] store::EvidenceRecord pickup_event(std::string_view event, const store::PickupRow& pickup, const Happening& what,
                                                 store::EvidenceTime now);

}  // namespace smarttls::portal

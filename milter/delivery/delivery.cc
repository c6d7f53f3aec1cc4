// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/delivery.h"

#include <algorithm>

namespace smarttls::milter {

std::string_view to_string(Trust trust) {
    switch (trust) {
        case Trust::Anonymous: return "Anonymous";
        case Trust::Untrusted: return "Untrusted";
        case Trust::Trusted: return "Trusted";
        case Trust::Verified: return "Verified";
    }
    return "Untrusted";
}

std::string_view to_string(DeliveryStatus status) {
    switch (status) {
        case DeliveryStatus::Sent: return "sent";
        case DeliveryStatus::Forwarded: return "forwarded";
        case DeliveryStatus::Discarded: return "discarded";
        case DeliveryStatus::Deferred: return "deferred";
        case DeliveryStatus::Bounced: return "bounced";
        case DeliveryStatus::Expired: return "expired";
        case DeliveryStatus::Deleted: return "deleted";
        case DeliveryStatus::Requeued: return "requeued";
        case DeliveryStatus::Removed: return "removed";
    }
    return "deferred";
}

std::string_view instance_of(std::string_view identifier) {
    return identifier.substr(0, std::min(identifier.find('/'), identifier.size()));
}

}  // namespace smarttls::milter

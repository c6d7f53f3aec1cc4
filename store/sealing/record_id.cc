// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/record_id.h"

#include <sodium.h>

namespace smarttls::store {

RecordId create_record_id(std::chrono::sys_time<std::chrono::milliseconds> time) {
    constexpr std::size_t kTimeBytes = 6;
    RecordId id{};
    randombytes_buf(id.data(), id.size());
    const auto milliseconds = static_cast<std::uint64_t>(time.time_since_epoch().count());
    for (std::size_t i = 0; i < kTimeBytes; ++i) {
        id[i] = static_cast<std::uint8_t>(milliseconds >> (8 * (kTimeBytes - 1 - i)));
    }
    id[6] = static_cast<std::uint8_t>(0x70U | (id[6] & 0x0fU));  // version 7
    id[8] = static_cast<std::uint8_t>(0x80U | (id[8] & 0x3fU));  // the variant of RFC 9562 §4.1
    return id;
}

}  // namespace smarttls::store

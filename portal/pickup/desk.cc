// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/desk.h"

namespace smarttls::portal {

Result<Pieces> Desk::open(std::string_view secret) {
    auto unsealer = pickups_.open(secret);
    if (!unsealer) return tl::unexpected(unsealer.error());
    const auto shared = std::make_shared<store::Unsealer>(*std::move(unsealer));
    return Pieces([shared]() -> Result<std::string> {
        const auto chunk = shared->next();
        if (!chunk) return tl::unexpected(chunk.error());
        return std::string(chunk->begin(), chunk->end());
    });
}

}  // namespace smarttls::portal

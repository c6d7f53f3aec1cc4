// SPDX-License-Identifier: Apache-2.0
//
// Pieces: bytes that are pulled, piece by piece, by whoever has room for them; so that neither a large message nor a slow
// reader holds memory or a thread.
//
//     for (;;) { auto piece = pieces(); if (!piece || piece->empty()) break; ... }
//
// An empty piece is the end; nobody asks again. Ownership: it owns what it reads from. Threads: one at a time, any.
// Errors: those of the source; what came before one is not the whole.
#pragma once

#include <functional>
#include <string>

#include "policy/result.h"

namespace smarttls::portal {

using Pieces = std::function<policy::Result<std::string>()>;

}  // namespace smarttls::portal

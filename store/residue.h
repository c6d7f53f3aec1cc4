// SPDX-License-Identifier: Apache-2.0
//
// Residue: bytes that a file still holds. SQLite's secure_delete overwrites what is deleted, and not the copies that moving
// entries between pages of a B-tree has left in the free space of these pages.
//
//     Result<bool> is_there = file_has(path, hash);
//
// Threads: any. Errors: Temporary, of the file.
#pragma once

#include <span>
#include <string>

#include "policy/result.h"

namespace smarttls::store {

/// `bytes`: not empty; at most 64 KiB.
[[nodiscard]] policy::Result<bool> file_has(const std::string& path, std::span<const std::uint8_t> bytes);

}  // namespace smarttls::store

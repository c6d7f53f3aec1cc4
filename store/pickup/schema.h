// SPDX-License-Identifier: Apache-2.0
//
// The schema of portal.db, which the portal writes: messages for pickup, who may open them and by what, mail and events
// that wait to be brought away.
//
// Threads: immutable.
#pragma once

#include <span>
#include <string_view>

namespace smarttls::store {

[[nodiscard]] std::span<const std::string_view> portal_migrations();

}  // namespace smarttls::store

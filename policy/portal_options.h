// SPDX-License-Identifier: Apache-2.0
//
// The options of the portal: [portal], [sms], and what the classes say about pickup. Part of the tables of options.h.
//
// Threads: immutable tables.
#pragma once

#include "policy/options.h"

namespace smarttls::policy {

[[nodiscard]] std::span<const Option<Config>> portal_options();
[[nodiscard]] std::span<const Option<MailClass>> pickup_options();

}  // namespace smarttls::policy

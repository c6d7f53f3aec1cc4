// SPDX-License-Identifier: Apache-2.0
//
// PickupDesk: what the pages ask about pickups. In the portal it is Pickups (portal/pickup/pickups.h), whose words and
// promises these are; in the tests of the pages, something that needs no database.
//
// Threads: any, several at once; every call blocks. Errors: what a stranger can cause is no error but an answer.
#pragma once

#include <optional>
#include <string_view>

#include "policy/result.h"
#include "portal/mail/pieces.h"
#include "portal/pickup/pickup.h"

namespace smarttls::portal {

class PickupDesk {
  public:
    PickupDesk() = default;
    PickupDesk(const PickupDesk&) = delete;
    PickupDesk& operator=(const PickupDesk&) = delete;
    virtual ~PickupDesk() = default;

    [[nodiscard]] virtual policy::Result<std::optional<PickupView>> find(std::string_view token) = 0;
    [[nodiscard]] virtual policy::Result<CodeRequest> request_code(std::string_view token, Factor factor, std::string_view client) = 0;
    [[nodiscard]] virtual policy::Result<CodeVerdict> verify_code(std::string_view token, std::string_view code,
                                                                  std::string_view client) = 0;
    [[nodiscard]] virtual policy::Result<std::optional<PickupSession>> session(std::string_view secret) = 0;
    /// The message as it was submitted, from its first byte. Permanent: there is no such session any more.
    [[nodiscard]] virtual policy::Result<Pieces> open(std::string_view secret) = 0;
    [[nodiscard]] virtual policy::Result<bool> record(std::string_view secret, PickupEvent event) = 0;
    [[nodiscard]] virtual policy::Result<void> end_session(std::string_view secret) = 0;
};

}  // namespace smarttls::portal

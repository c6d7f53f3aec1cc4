// SPDX-License-Identifier: Apache-2.0
//
// Desk: Pickups as the pages ask them (portal/web/pickup_desk.h).
//
// Ownership: borrows the pickups. Threads and errors: those of Pickups.
#pragma once

#include "portal/pickup/pickups.h"
#include "portal/web/pickup_desk.h"

namespace smarttls::portal {

class Desk : public PickupDesk {
  public:
    explicit Desk(Pickups& pickups) : pickups_(pickups) {}

    Result<std::optional<PickupView>> find(std::string_view token) override { return pickups_.find(token); }
    Result<CodeRequest> request_code(std::string_view token, Factor factor, std::string_view client) override {
        return pickups_.request_code(token, factor, client);
    }
    Result<CodeVerdict> verify_code(std::string_view token, std::string_view code, std::string_view client) override {
        return pickups_.verify_code(token, code, client);
    }
    Result<std::optional<PickupSession>> session(std::string_view secret) override { return pickups_.session(secret); }
    Result<Pieces> open(std::string_view secret) override;
    Result<bool> record(std::string_view secret, PickupEvent event) override { return pickups_.record(secret, event); }
    Result<void> end_session(std::string_view secret) override { return pickups_.end_session(secret); }

  private:
    Pickups& pickups_;
};

}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
//
// EventRelay: brings the events of portal.db into the portal's own evidence log, exactly once: records and the id of the last
// event are one transaction there (EvidenceWriter), and what it has is then removed here. A crash in between is
// mended at the next start, by that id.
//
//     const policy::StoreSettings settings = portal_evidence(config);
//     auto relay = EventRelay::open(settings, config.version, store);
//     Result<int> told = (*relay)->round();
//
// Ownership: owns the writer of the evidence, borrows the store. Threads: one. Errors: those of both.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "policy/config.h"
#include "store/evidence_writer.h"
#include "store/pickup/portal_store.h"

namespace smarttls::portal {

/// Where the portal's evidence is; public keys are those of [store], to which all evidence is sealed.
[[nodiscard]] policy::StoreSettings portal_evidence(const policy::Config& config);

class EventRelay {
  public:
    [[nodiscard]] static policy::Result<std::unique_ptr<EventRelay>> open(const policy::StoreSettings& settings,
                                                                          std::string version, store::PortalStore& store);

    /// How many events were brought away.
    [[nodiscard]] policy::Result<int> round();

  private:
    EventRelay(std::unique_ptr<store::EvidenceWriter> writer, policy::StoreSettings settings, std::string version,
               store::PortalStore& store)
        : writer_(std::move(writer)), settings_(std::move(settings)), version_(std::move(version)), store_(store) {}
    [[nodiscard]] policy::Result<std::int64_t> last_told();

    const std::unique_ptr<store::EvidenceWriter> writer_;
    const policy::StoreSettings settings_;
    std::optional<std::int64_t> last_;  // event that the evidence has; unknown after a failure
    const std::string version_;
    store::PortalStore& store_;
};

}  // namespace smarttls::portal

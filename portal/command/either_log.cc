// SPDX-License-Identifier: Apache-2.0
#include "portal/command/either_log.h"

#include <filesystem>

#include "portal/pickup/event_relay.h"
#include "store/evidence_prune.h"

namespace smarttls::portal {
namespace {

bool has_portal_log(const policy::StoreSettings& settings) {
    std::error_code failed;  // not readable by us: opening it says so
    return std::filesystem::exists(settings.evidence, failed) || failed;
}

}  // namespace

policy::Result<policy::Config> at_portal_log(policy::Config config) {
    policy::StoreSettings settings = portal_evidence(config);
    if (config.portal.directory.empty() || !has_portal_log(settings)) {
        return policy::fail(policy::ErrorKind::Misconfigured, "there is no log of a portal in [portal] directory");
    }
    config.store = std::move(settings);
    return config;
}

std::vector<policy::StoreSettings> all_logs(const policy::Config& config) {
    std::vector<policy::StoreSettings> logs{config.store};
    if (auto portal = at_portal_log(config)) logs.push_back(std::move(portal->store));
    return logs;
}

policy::Result<std::vector<store::Epoch>> months_of_all_logs(const policy::Config& config) {
    std::vector<store::Epoch> months;
    for (const policy::StoreSettings& log : all_logs(config)) {
        const auto found = store::months_in_use(log);
        if (!found) return because(found, log.evidence);
        months.insert(months.end(), found->begin(), found->end());
    }
    return months;
}

}  // namespace smarttls::portal

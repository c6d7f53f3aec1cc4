// SPDX-License-Identifier: Apache-2.0
//
// Triggers: by what mail is taken for mail of a class, beside the control header that names it.
//
// Threads: plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/address_pattern.h"
#include "policy/client.h"
#include "policy/network.h"

namespace smarttls::policy {

/// RFC 2156 §5.3.1: values of the field Sensitivity.
enum class Sensitivity { Personal, Private, CompanyConfidential };

[[nodiscard]] std::string_view to_string(Sensitivity sensitivity);                   // "Company-Confidential"
[[nodiscard]] std::optional<Sensitivity> parse_sensitivity(std::string_view text);  // in any case

/// Of one class; any one of them is enough.
struct Triggers {
    std::vector<std::string> labels;   // of msip_labels, by GUID in lower case
    std::vector<std::string> tenants;  // of which such a label counts
    std::vector<Sensitivity> sensitivities;
    std::vector<std::string> subject_tags;
    std::vector<AddressPattern> senders;
    std::vector<AddressPattern> recipients;
    std::vector<AddressPattern> users;
    std::vector<Network> client_networks;
    std::vector<CertificatePattern> client_certificates;
};

}  // namespace smarttls::policy

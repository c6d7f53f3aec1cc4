// SPDX-License-Identifier: Apache-2.0
//
// Header fields, name and value in turn, separated by zero bytes: labels of Microsoft 365.
#include "policy/client.h"
#include "policy/msip_labels.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {

void judge(std::string_view input) {
    const std::vector<std::string> texts = texts_of(input);
    policy::MsipLabels labels;
    std::size_t seen = 0;
    for (std::size_t i = 0; i + 1 < texts.size(); i += 2) {
        if (labels.saw(texts[i], texts[i + 1])) ++seen;
    }
    const auto enabled = labels.enabled();
    require(seen > 0 || enabled.empty(), "labels come of their own fields");
    for (const policy::Label& label : enabled) {
        const auto guid = policy::read_guid(label.id);
        require(guid && *guid == label.id, "a label is a GUID in lower case");
        for (const std::string& tenant : label.tenants) {
            require(policy::read_guid(tenant).has_value(), "so is a tenant");
        }
    }
}

}  // namespace smarttls::fuzz

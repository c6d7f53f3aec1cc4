// SPDX-License-Identifier: Apache-2.0
//
// The header field msip_labels, in which Outlook and Microsoft 365 tell a message's sensitivity labels
// (Microsoft Purview Information Protection):
//
//     MSIP_Label_<GUID>_Enabled=true; MSIP_Label_<GUID>_SiteId=<tenant>; MSIP_Label_<GUID>_Name=...
//
// Read generously: in any order and case, folded anywhere, over several fields, as encoded words, or as one
// field msip_label_<GUID>_enabled for each attribute. Names of labels do not count: they can be changed,
// and are translated. Threads: pure functions.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smarttls::policy {

struct Label {
    std::string id;  // GUID, lower case
    std::set<std::string> tenants;  // SiteId: GUIDs, lower case
};

class MsipLabels {
  public:
    /// False for fields of another kind.
    bool saw(std::string_view name, std::string_view value);
    /// Those that some field says are enabled.
    [[nodiscard]] std::vector<Label> enabled() const;

  private:
    struct Attributes {
        bool is_enabled = false;
        std::set<std::string> tenants;
    };
    void take(std::string_view key, std::string_view value);
    std::map<std::string, Attributes> labels_;  // by GUID
};

}  // namespace smarttls::policy

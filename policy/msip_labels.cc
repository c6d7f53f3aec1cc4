// SPDX-License-Identifier: Apache-2.0
#include "policy/msip_labels.h"

#include <algorithm>

#include "policy/client.h"
#include "policy/subject.h"
#include "policy/text.h"

namespace smarttls::policy {
namespace {

constexpr std::string_view kField = "msip_labels";
constexpr std::string_view kPrefix = "msip_label_";

/// A fold may stand anywhere, in the middle of a GUID as well; none of what counts has blanks of its own.
std::string without_blanks(std::string_view text) {
    std::string packed;
    std::copy_if(text.begin(), text.end(), std::back_inserter(packed),
                 [](char byte) { return byte != ' ' && byte != '\t' && byte != '\r' && byte != '\n'; });
    return to_lower(packed);
}

}  // namespace

bool MsipLabels::saw(std::string_view name, std::string_view value) {
    const bool is_list = equal_ignoring_case(name, kField);
    if (!is_list && !equal_ignoring_case(name.substr(0, kPrefix.size()), kPrefix)) return false;
    const std::string text = Subject(value).text();
    if (!is_list) {
        take(without_blanks(name), text);
        return true;
    }
    for (const std::string_view pair : split(text, ';')) {
        const std::size_t equals = pair.find('=');
        if (equals != std::string_view::npos) take(without_blanks(pair.substr(0, equals)), pair.substr(equals + 1));
    }
    return true;
}

/// `key`: "msip_label_<GUID>_enabled".
void MsipLabels::take(std::string_view key, std::string_view value) {
    if (!key.starts_with(kPrefix)) return;
    key.remove_prefix(kPrefix.size());
    const std::size_t line = std::min(key.find('_'), key.size());
    const auto id = read_guid(key.substr(0, line));
    if (!id) return;
    const std::string_view attribute = key.substr(line);
    if (attribute == "_enabled") {
        auto& label = labels_[*id];
        label.is_enabled = label.is_enabled || without_blanks(value) == "true";
    } else if (attribute == "_siteid") {
        if (auto tenant = read_guid(without_blanks(value))) labels_[*id].tenants.insert(*std::move(tenant));
    }
}

std::vector<Label> MsipLabels::enabled() const {
    std::vector<Label> labels;
    for (const auto& [id, attributes] : labels_) {
        if (attributes.is_enabled) labels.push_back({id, attributes.tenants});
    }
    return labels;
}

}  // namespace smarttls::policy

// SPDX-License-Identifier: Apache-2.0
#include "policy/recipient_kind.h"

#include <algorithm>

#include "policy/text.h"

namespace smarttls::policy {
namespace {

constexpr std::string_view kAnySuffix = ".*";
constexpr std::ptrdiff_t kMostSuffixLabels = 2;

/// Words of which country code registries make second-level suffixes: hotmail.co.uk, yahoo.com.br.
bool is_suffix(std::string_view rest) {
    const std::ptrdiff_t labels = std::count(rest.begin(), rest.end(), '.') + 1;
    if (labels == 1) return true;
    const std::string_view first = rest.substr(0, rest.find('.'));
    return labels == kMostSuffixLabels && (first == "co" || first == "com" || first == "net" || first == "org");
}

}  // namespace

std::string_view to_string(RecipientKind kind) {
    switch (kind) {
        case RecipientKind::NtaOrganisation: return "nta-organisation";
        case RecipientKind::Organisation: return "organisation";
        case RecipientKind::Consumer: return "consumer";
    }
    return "organisation";
}

Result<ConsumerDomains> ConsumerDomains::parse(const std::vector<ConfigText>& files) {
    ConsumerDomains consumers;
    for (const ConfigText& file : files) {
        int number = 0;
        for (std::string_view line : split(file.text, '\n')) {
            ++number;
            line = trim(line.substr(0, line.find('#')));
            if (line.empty()) continue;
            auto read = consumers.read_line(line);
            if (read) continue;
            return fail(ErrorKind::Misconfigured,
                        file.file + ":" + std::to_string(number) + ": " + read.error().what);
        }
    }
    return consumers;
}

/// "name.*" is one label: what is before the suffix is not looked at.
Result<void> ConsumerDomains::read_line(std::string_view line) {
    const bool is_other = line.starts_with('!');
    if (is_other) line = trim(line.substr(1));
    const bool any = !is_other && line.ends_with(kAnySuffix);
    if (any) line.remove_suffix(kAnySuffix.size());
    auto domain = DomainName::parse(any ? std::string(line) + ".invalid" : line);
    if (!domain) return tl::unexpected(domain.error());
    const std::string name = any ? to_lower(line) : domain->str();
    if (any && name.find('.') != std::string::npos) {
        return fail(ErrorKind::Misconfigured, quote(line) + " stands before .* and has more than one label");
    }
    if (any) names_.insert(name);
    if (is_other) {
        others_.insert(name);
        domains_.erase(name);
    }
    if (!any && !is_other) {
        domains_.insert(name);
        others_.erase(name);
    }
    return ok();
}

bool ConsumerDomains::contains(const DomainName& domain) const {
    const std::string_view text = domain.str();
    if (others_.contains(text)) return false;
    if (domains_.contains(text)) return true;
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos || !names_.contains(text.substr(0, dot))) return false;
    return is_suffix(text.substr(dot + 1));
}

RecipientKind kind_of(const DomainName& domain, const Verdict* verdict, const ConsumerDomains& consumers) {
    if (consumers.contains(domain)) return RecipientKind::Consumer;
    const bool has_record = verdict != nullptr && verdict->nta7516 && is_valid(*verdict->nta7516);
    return has_record ? RecipientKind::NtaOrganisation : RecipientKind::Organisation;
}

}  // namespace smarttls::policy

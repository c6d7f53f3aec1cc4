// SPDX-License-Identifier: Apache-2.0
//
// What kind of mailbox a recipient has, as far as its domain tells: that of an organisation which
// declares itself to NTA 7516, of an organisation, or of a consumer at a provider of mailboxes, whom a
// class may send to the portal whatever the TLS of that provider.
//
//     Result<ConsumerDomains> consumers = ConsumerDomains::parse({{"consumer-domains", text}});
//     RecipientKind kind = kind_of(domain, verdict, *consumers);
//
// The list has one domain per line; '#' begins a comment; "name.*" stands for the name below any public
// suffix of one or two labels (hotmail.com, hotmail.co.uk); "!domain" takes one out that an earlier line
// has put in. Threads: immutable value, pure functions. Errors: Misconfigured, with file and line.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "policy/config.h"
#include "policy/verdict.h"

namespace smarttls::policy {

enum class RecipientKind { NtaOrganisation, Organisation, Consumer };

[[nodiscard]] std::string_view to_string(RecipientKind kind);  // "nta-organisation"

class ConsumerDomains {
  public:
    [[nodiscard]] static Result<ConsumerDomains> parse(const std::vector<ConfigText>& files);

    [[nodiscard]] bool contains(const DomainName& domain) const;

  private:
    Result<void> read_line(std::string_view line);
    std::set<std::string, std::less<>> domains_;  // "gmail.com"
    std::set<std::string, std::less<>> names_;    // "hotmail" of "hotmail.*"
    std::set<std::string, std::less<>> others_;   // "!hotmail.nl": no consumers although the rest says so
};

/// The lists that `[milter] consumer-domains` names, each looked up in /etc/smarttls, then among the
/// shipped ones; an absolute path is taken as it is.
[[nodiscard]] Result<ConsumerDomains> load_consumer_domains(const std::vector<std::string>& names);
[[nodiscard]] Result<ConsumerDomains> load_consumer_domains(const std::vector<std::string>& names,
                                                            const std::vector<std::string>& folders);

/// `verdict` may be missing: then nobody knows of an NTA 7516 record.
[[nodiscard]] RecipientKind kind_of(const DomainName& domain, const Verdict* verdict,
                                    const ConsumerDomains& consumers);

}  // namespace smarttls::policy

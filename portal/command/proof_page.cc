// SPDX-License-Identifier: Apache-2.0
#include "portal/command/proof_page.h"

#include "portal/command/exit_status.h"

namespace smarttls::portal {
namespace {

constexpr std::size_t kIndent = 4;

void tell_list(std::string_view heading, char mark, const std::vector<std::string>& sentences, std::ostream& out) {
    if (sentences.empty()) return;
    out << "\n" << heading << "\n";
    for (const std::string& sentence : sentences) out << "  " << mark << " " << wrapped(printable(sentence), kIndent) << "\n";
}

}  // namespace

int tell(const ProofPage& page, std::ostream& out, Style style) {
    const bool holds = page.wrong.empty();
    out << painted(printable(page.subject), Tone::Strong, style) << ": "
        << (holds ? painted("proved", Tone::Good, style) : painted("NOT proved", Tone::Bad, style)) << "\n";
    for (const std::string& fact : page.facts) out << "  " << wrapped(printable(fact), 2) << "\n";
    tell_list("What is wrong", 'x', page.wrong, out);
    tell_list("What is proved", '+', page.proved, out);
    tell_list("What is not proved", '-', page.limits, out);
    return holds ? kExitYes : kExitNo;
}

}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
#include "smarttls/dns/extended_error.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "policy/text.h"

namespace smarttls::engine {
namespace {

struct Row {
    std::uint16_t code;
    Blame blame;
    std::string_view text;
};

constexpr std::array kRows{
    Row{5, Blame::Unsaid, "DNSSEC indeterminate"},  // §4.6: the CD question decides
    Row{6, Blame::Signatures, "DNSSEC bogus"},
    Row{7, Blame::Signatures, "signature expired"},
    Row{8, Blame::Signatures, "signature not yet valid"},
    Row{9, Blame::Signatures, "DNSKEY missing"},
    Row{10, Blame::Signatures, "RRSIGs missing"},
    Row{11, Blame::Signatures, "no zone key bit set"},
    Row{12, Blame::Signatures, "NSEC missing"},
    Row{13, Blame::Unsaid, "cached error"},  // of whatever kind
    Row{14, Blame::Network, "server not ready"},
    Row{22, Blame::Network, "no reachable authority"},
    Row{23, Blame::Network, "network error"},
    Row{25, Blame::Signatures, "signature expired before valid"},
    Row{27, Blame::Signatures, "unsupported NSEC3 iterations"},  // RFC 9276 §3.2
};

const Row* find_row(std::uint16_t code) {
    const auto* row = std::find_if(kRows.begin(), kRows.end(),
                                   [&](const Row& candidate) { return candidate.code == code; });
    return row == kRows.end() ? nullptr : row;
}

std::string text_of(std::uint16_t code) {
    const Row* row = find_row(code);
    return row != nullptr ? std::string(row->text) : "extended error " + std::to_string(code);
}

}  // namespace

Blame blame_of(const std::vector<std::uint16_t>& codes) {
    Blame blame = Blame::Unsaid;
    for (const std::uint16_t code : codes) {
        const Row* row = find_row(code);
        if (row == nullptr || row->blame == Blame::Unsaid) continue;
        if (row->blame == Blame::Signatures) return Blame::Signatures;
        blame = row->blame;
    }
    return blame;
}

std::string describe(const std::vector<std::uint16_t>& codes) {
    std::vector<std::string> texts;
    texts.reserve(codes.size());
    std::transform(codes.begin(), codes.end(), std::back_inserter(texts), text_of);
    return policy::join(texts, ", ");
}

}  // namespace smarttls::engine

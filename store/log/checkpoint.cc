// SPDX-License-Identifier: Apache-2.0
#include "store/log/checkpoint.h"

#include <algorithm>
#include <charconv>

#include "policy/text.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::fail;

auto malformed(const std::string& what) {
    return fail(ErrorKind::Malformed, "checkpoint: " + what);
}

/// Decimal without a leading zero, as there is one spelling of each checkpoint.
Result<std::uint64_t> parse_size(std::string_view text) {
    std::uint64_t size = 0;
    const char* const end = text.data() + text.size();
    const bool digits = !text.empty() && std::all_of(text.begin(), text.end(), policy::is_digit);
    const auto read = std::from_chars(text.data(), end, size);
    const bool leading_zero = text.size() > 1 && text.front() == '0';
    if (digits && !leading_zero && read.ec == std::errc() && size <= kMostLeaves) return size;
    constexpr std::size_t kShown = 60;
    return malformed(policy::quote(text, kShown) + " is not the size of a log");
}

Result<void> check_origin(const Checkpoint& checkpoint, const NoteVerifier& verifier) {
    if (checkpoint.origin == verifier.name()) return policy::ok();
    return fail(ErrorKind::Untrusted, "the checkpoint is of the log " +
                                          policy::quote(checkpoint.origin) + ", the key of " +
                                          policy::quote(verifier.name()));
}

}  // namespace

std::string to_text(const Checkpoint& checkpoint) {
    std::string text = checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
                       to_base64(checkpoint.root) + "\n";
    for (const std::string& line : checkpoint.extensions) text += line + "\n";
    return text;
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
    if (!text.ends_with('\n')) return malformed("it does not end in a newline");
    const auto lines = policy::split(text.substr(0, text.size() - 1), '\n');
    constexpr std::size_t kLines = 3;
    if (lines.size() < kLines) return malformed("it has fewer than 3 lines");
    if (std::any_of(lines.begin(), lines.end(), [](auto line) { return line.empty(); })) {
        return malformed("it has an empty line");
    }
    auto size = parse_size(lines[1]);
    if (!size) return tl::unexpected(size.error());
    auto root = parse_hash(lines[2]);
    if (!root) return because(root, "checkpoint: root");
    return Checkpoint{std::string(lines[0]), *size, *root, {lines.begin() + kLines, lines.end()}};
}

Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const NoteSigner& signer) {
    const std::string text = to_text(checkpoint);
    auto parsed = parse_checkpoint(text);  // whoever signs does not sign what nobody can read
    if (!parsed) return tl::unexpected(parsed.error());
    if (auto same = check_origin(*parsed, signer.verifier()); !same) {
        return tl::unexpected(same.error());
    }
    return sign_note(text, signer);
}

Result<Checkpoint> open_checkpoint(std::string_view note, const NoteVerifier& verifier) {
    auto text = open_note(note, verifier);
    if (!text) return tl::unexpected(text.error());
    auto checkpoint = parse_checkpoint(*text);
    if (!checkpoint) return checkpoint;
    if (auto same = check_origin(*checkpoint, verifier); !same) return tl::unexpected(same.error());
    return checkpoint;
}

}  // namespace smarttls::store

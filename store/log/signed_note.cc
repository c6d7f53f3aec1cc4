// SPDX-License-Identifier: Apache-2.0
#include "store/log/signed_note.h"

#include <algorithm>

#include "policy/text.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::fail;

constexpr std::string_view kDash = "\xe2\x80\x94 ";  // U+2014 and a space
constexpr std::size_t kShown = 60;

auto malformed(const std::string& what) {
    return fail(ErrorKind::Malformed, "signed note: " + what);
}

auto malformed_line(std::string_view line, const std::string& what) {
    return malformed("signature line " + policy::quote(line, kShown) + ": " + what);
}

/// How many bytes the UTF-8 character at the front has, 0 when there is none (RFC 3629 section 4).
std::size_t character_size(std::string_view text) {
    const auto byte = [&](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
    };
    const auto within = [&](std::size_t i, unsigned low, unsigned high) {
        return byte(i) >= low && byte(i) <= high;
    };
    const auto tail = [&](std::size_t i) { return within(i, 0x80, 0xbf); };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool second = within(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf);
        return second && tail(2) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool second = within(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf);
        return second && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

Result<void> check_characters(std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = character_size(text);
        if (size == 0) return malformed("it is not UTF-8");
        if (static_cast<unsigned char>(text.front()) < 0x20 && text.front() != '\n') {
            return malformed("it has a control character");
        }
        text.remove_prefix(size);
    }
    return policy::ok();
}

Result<NoteSignature> parse_signature(std::string_view line) {
    if (!line.starts_with(kDash)) return malformed_line(line, "it does not begin with U+2014");
    const std::string_view rest = line.substr(kDash.size());
    const std::size_t space = rest.find(' ');
    if (space == std::string_view::npos) return malformed_line(line, "it has no signature");
    NoteSignature signature{std::string(rest.substr(0, space)), {}, {}};
    if (signature.name.empty() || signature.name.find('+') != std::string::npos) {
        return malformed_line(line, "its key has no valid name");
    }
    auto bytes = parse_base64(rest.substr(space + 1));
    if (!bytes) return malformed_line(line, bytes.error().what);
    if (bytes->size() <= signature.id.size()) return malformed_line(line, "its signature is empty");
    const auto after_id = bytes->begin() + static_cast<std::ptrdiff_t>(signature.id.size());
    std::copy(bytes->begin(), after_id, signature.id.begin());
    signature.bytes.assign(after_id, bytes->end());
    return signature;
}

/// None of these keys is the one that we know.
auto unknown_keys(const SignedNote& note, const NoteVerifier& verifier) {
    std::string what = "the note is not signed by " + verifier.name() + " (key " +
                       to_hex(verifier.id()) + "), but by";
    for (const NoteSignature& signature : note.signatures) {
        what += " " + policy::quote(signature.name, kShown) + " (key " + to_hex(signature.id) + ")";
    }
    return fail(ErrorKind::Untrusted, std::move(what));
}

}  // namespace

Result<SignedNote> parse_note(std::string_view note) {
    if (note.size() > kLongestNote) {
        return malformed("it is longer than " + std::to_string(kLongestNote) + " bytes");
    }
    if (auto valid = check_characters(note); !valid) return tl::unexpected(valid.error());
    if (!note.ends_with('\n')) return malformed("it does not end in a newline");
    const std::size_t blank = note.rfind("\n\n");  // the last empty line
    if (blank == std::string_view::npos) return malformed("no empty line ends its text");
    SignedNote parsed{std::string(note.substr(0, blank + 1)), {}};
    const std::string_view lines = note.substr(blank + 2);
    if (lines.empty()) return malformed("it has no signature");
    for (const std::string_view line : policy::split(lines.substr(0, lines.size() - 1), '\n')) {
        if (parsed.signatures.size() == kMostSignatures) {
            return malformed("it has more than " + std::to_string(kMostSignatures) + " signatures");
        }
        auto signature = parse_signature(line);
        if (!signature) return tl::unexpected(signature.error());
        parsed.signatures.push_back(*std::move(signature));
    }
    return parsed;
}

Result<std::string> sign_note(std::string_view text, const NoteSigner& signer) {
    if (!text.ends_with('\n')) return malformed("its text does not end in a newline");
    if (auto valid = check_characters(text); !valid) return tl::unexpected(valid.error());
    const NoteSigner::Signature signature = signer.sign(text);
    const KeyId& id = signer.verifier().id();
    Bytes bytes(id.begin(), id.end());
    bytes.insert(bytes.end(), signature.begin(), signature.end());
    std::string note(text);
    note.append("\n").append(kDash).append(signer.verifier().name()).append(" ");
    return note.append(to_base64(bytes)).append("\n");
}

Result<std::string> open_note(std::string_view note, const NoteVerifier& verifier) {
    auto parsed = parse_note(note);
    if (!parsed) return tl::unexpected(parsed.error());
    bool verified = false;
    for (const NoteSignature& signature : parsed->signatures) {
        if (signature.name != verifier.name() || signature.id != verifier.id()) continue;
        if (auto valid = verifier.verify(parsed->text, signature.bytes); !valid) {
            return tl::unexpected(valid.error());
        }
        verified = true;
    }
    if (!verified) return unknown_keys(*parsed, verifier);
    return std::move(parsed->text);
}

}  // namespace smarttls::store

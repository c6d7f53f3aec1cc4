// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/envelope.h"

#include <algorithm>
#include <charconv>

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::fail;

constexpr std::string_view kFirstLine = "smarttls-envelope 1\n";
constexpr std::string_view kHex = "0123456789ABCDEF";

std::string encoded(std::string_view value) {
    std::string text;
    for (const char byte : value) {
        const auto number = static_cast<unsigned char>(byte);
        const bool plain = number >= 0x20 && number != 0x7f && byte != '%';
        if (plain) {
            text += byte;
        } else {
            text += {'%', kHex[number >> 4], kHex[number & 15]};
        }
    }
    return text;
}

Result<std::string> decoded(std::string_view text) {
    std::string value;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            value += text[at];
            continue;
        }
        unsigned number = 0;
        const std::string_view digits = text.substr(at + 1, 2);
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
        if (digits.size() != 2 || read.ptr != digits.data() + 2) {
            return fail(ErrorKind::Corrupt, "the envelope has a broken escape");
        }
        value += static_cast<char>(number);
        at += 2;
    }
    return value;
}

void put(std::string& text, std::string_view name, std::string_view value) {
    text.append(name).append(" ").append(encoded(value)).append("\n");
}

/// "+31612345678 bob@example.nl": a number has no blanks, an address may.
void take_phone(SealedEnvelope& envelope, std::string_view value) {
    const std::size_t blank = std::min(value.find(' '), value.size());
    const std::string_view recipient = value.substr(std::min(blank + 1, value.size()));
    envelope.phones.insert_or_assign(std::string(recipient), std::string(value.substr(0, blank)));
}

void take(SealedEnvelope& envelope, std::string_view name, std::string value) {
    if (name == "class") {
        envelope.class_name = std::move(value);
    } else if (name == "queue-id") {
        envelope.queue_id = std::move(value);
    } else if (name == "sender") {
        envelope.sender = std::move(value);
    } else if (name == "released-as") {
        envelope.released_as = std::move(value);
    } else if (name == "recipient") {
        envelope.recipients.push_back(std::move(value));
    } else if (name == "phone") {
        take_phone(envelope, value);
    } else if (name == "access-code") {
        envelope.access_code = std::move(value);
    }
}

}  // namespace

std::string to_text(const SealedEnvelope& envelope) {
    std::string text(kFirstLine);
    put(text, "class", envelope.class_name);
    put(text, "queue-id", envelope.queue_id);
    put(text, "sender", envelope.sender);
    put(text, "released-as", envelope.released_as);
    for (const std::string& recipient : envelope.recipients) put(text, "recipient", recipient);
    for (const auto& [recipient, number] : envelope.phones) put(text, "phone", number + " " + recipient);
    if (!envelope.access_code.empty()) put(text, "access-code", envelope.access_code);
    return text;
}

Result<SealedEnvelope> read_envelope(std::string_view text) {
    if (!text.starts_with(kFirstLine)) return fail(ErrorKind::Corrupt, "this is no envelope");
    text.remove_prefix(kFirstLine.size());
    SealedEnvelope envelope;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        const std::size_t blank = line.find(' ');
        if (end == std::string_view::npos || blank == std::string_view::npos) {
            return fail(ErrorKind::Corrupt, "the envelope has a broken line");
        }
        auto value = decoded(line.substr(blank + 1));
        if (!value) return tl::unexpected(value.error());
        take(envelope, line.substr(0, blank), *std::move(value));
        text.remove_prefix(end + 1);
    }
    return envelope;
}

}  // namespace smarttls::store

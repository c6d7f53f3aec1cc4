// SPDX-License-Identifier: Apache-2.0
//
// Mail as programs write it, for the tests of its reading.
#pragma once

#include <string>
#include <string_view>

#include "portal/mail/pieces.h"

namespace smarttls::portal {

inline constexpr std::string_view kNestedMail =
    "From: =?utf-8?Q?J=C3=B6rg?= <jorg@org.example>\r\n"
    "To: bob@home.example\r\n"
    "Subject: =?utf-8?B?VWl0c2xhZyDigJMgbmlldXdz?=\r\n"
    "Date: Mon, 23 Nov 2026 14:05:00 +0100\r\n"
    "Message-ID: <1@org.example>\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=\"a b\"\r\n\r\n"
    "This is a multi-part message.\r\n"
    "--a b\r\nContent-Type: multipart/alternative; boundary=alt\r\n\r\n"
    "--alt\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain\r\n"
    "--alt\r\nContent-Type: multipart/related; boundary=rel\r\n\r\n"
    "--rel\r\nContent-Type: text/html\r\n\r\n<b>html</b>\r\n"
    "--rel\r\nContent-Type: image/png; name=logo.png\r\nContent-ID: <logo@org>\r\n\r\nPNG\r\n"
    "--rel--\r\n--alt--\r\n"
    "--a b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"brief.pdf\"\r\n\r\nPDF\r\n\r\n"
    "--a b--\r\nThe end.\r\n";

/// The text as a source that gives `size` bytes at a time.
inline Pieces pieces_from(std::string text, std::size_t size = 7) {
    return [text = std::move(text), size, at = std::size_t{0}]() mutable -> policy::Result<std::string> {
        std::string piece = text.substr(std::min(at, text.size()), size);
        at += piece.size();
        return piece;
    };
}

inline std::string all_of(const Pieces& pieces) {
    std::string all;
    for (;;) {
        const auto piece = pieces();
        if (!piece || piece->empty()) return all;
        all += *piece;
    }
}

}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
//
// NoticeMail: a mail of the portal as RFC 5322 text: plain, or with the same as HTML beside it (RFC 2046 §5.1.4); quoted-
// printable, UTF-8, and marked so that no vacation message answers it (RFC 3834).
//
//     mail.text = "Subject: A message waits\n\nDear ...";        // as the template gives it
//     const std::string content = to_text(mail);
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "policy/config.h"
#include "store/evidence.h"

namespace smarttls::portal {

struct NoticeMail {
    std::string id;  // of Message-ID, without <>
    std::string from_name;
    std::string from;
    std::string to;
    std::string text;  // a first line "Subject: ...", then a blank one, then the text
    std::string html;  // may be empty
    store::EvidenceTime time{};
    policy::Language language = policy::Language::Dutch;
};

[[nodiscard]] std::string to_text(const NoticeMail& mail);

/// RFC 2047: as it is when it is ASCII, else encoded words of at most 75 characters.
[[nodiscard]] std::string encoded_words(std::string_view text);

}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
//
// MailView: what a page shows of a message: its header, its text or HTML, and what is attached.
//
//     Result<MailView> view = read_mail(pieces);
//     Pieces attachment = part_pieces(pieces_again, number);
//
// Reads the message once, from its first byte to its last, so that a view of a message is one of all of it. Memory is
// bounded, whatever the message: kMostShown bytes of text and as many of HTML, kMostImages of pictures that the HTML
// refers to (RFC 2392); `is_cut` says that there was more.
// Threads: pure, but for the source. Errors: those of the source.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "portal/mail/mime_walker.h"
#include "portal/mail/pieces.h"

namespace smarttls::portal {

inline constexpr std::size_t kMostShown = 1'048'576;
inline constexpr std::size_t kMostImages = 4'194'304;

struct MailAttachment {
    std::size_t number = 0;  // of its leaf
    std::string type;
    std::string file_name;   // may be empty
    std::string content_id;
    std::uint64_t size = 0;  // decoded
    bool is_shown = false;   // the HTML has it as a picture
};

/// A piece of what is to be read: one text, or the same in several forms.
struct MailBlock {
    std::string text;  // UTF-8
    std::string html;  // UTF-8, as the sender wrote it: not to be shown before it is sanitised
    std::size_t alternative = 0;
};

struct InlineImage {
    std::string type;  // image/png, image/jpeg, image/gif or image/webp
    std::string bytes;
};

struct MailView {
    std::string from;
    std::string to;
    std::string cc;
    std::string subject;
    std::string message_id;  // as written, with its angle brackets
    std::string references;
    std::optional<std::chrono::sys_seconds> date;
    std::vector<MailBlock> blocks;
    std::vector<MailAttachment> attachments;
    std::map<std::string, InlineImage, std::less<>> images;  // by Content-ID
    bool is_cut = false;

    [[nodiscard]] bool has_html() const;
};

[[nodiscard]] policy::Result<MailView> read_mail(const Pieces& pieces);

/// What the header of one leaf says; nothing when there is no such leaf. Reads no further than to it.
[[nodiscard]] policy::Result<std::optional<MailPart>> find_part(const Pieces& pieces, std::size_t number);

/// The decoded body of one leaf; nothing when there is no such leaf.
[[nodiscard]] Pieces part_pieces(Pieces message, std::size_t number);

}  // namespace smarttls::portal

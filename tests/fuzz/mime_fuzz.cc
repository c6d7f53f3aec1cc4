// SPDX-License-Identifier: Apache-2.0
//
// A message as a sender may make it. The first byte is the size of the pieces in which it is read.
#include <algorithm>

#include "policy/utf8.h"
#include "portal/mail/mail_view.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/portal/mail/mail_sample.h"

namespace smarttls::fuzz {
namespace {

using namespace portal;

/// What a header field or a name may be on a page.
bool is_line(const std::string& text) {
    const bool has_control = std::ranges::any_of(text, [](char byte) { return static_cast<unsigned char>(byte) < ' ' || byte == '\x7f'; });
    return policy::is_utf8(text) && !has_control;
}

bool same(const MailView& one, const MailView& other) {
    const auto same_block = [](const MailBlock& a, const MailBlock& b) { return a.text == b.text && a.html == b.html; };
    const auto same_file = [](const MailAttachment& a, const MailAttachment& b) {
        return a.number == b.number && a.type == b.type && a.file_name == b.file_name && a.size == b.size && a.is_shown == b.is_shown;
    };
    return one.subject == other.subject && one.from == other.from && std::ranges::equal(one.blocks, other.blocks, same_block) &&
           std::ranges::equal(one.attachments, other.attachments, same_file);
}

void judge_file(const std::string& mail, const MailAttachment& file) {
    require(is_line(file.file_name), "a file name is a line of text");
    require(file.file_name.find('/') == std::string::npos && !file.file_name.starts_with('.'), "a file name stays in its folder");
    require(file.file_name.size() <= 120, "a file name is bounded");
    require(all_of(part_pieces(pieces_from(mail, 4096), file.number)).size() == file.size, "a file has the size that is told");
    const auto part = find_part(pieces_from(mail, 4096), file.number);
    require(part && *part && (*part)->type == file.type, "a file is found by its number");
}

}  // namespace

void judge(std::string_view input) {
    const std::size_t size = std::max<std::size_t>(take_byte(input), 1);
    const std::string mail(input);
    const auto whole = read_mail(pieces_from(mail, mail.size() + 1));
    const auto pieced = read_mail(pieces_from(mail, size));
    require(whole && pieced, "whatever a sender made, it can be shown");
    require(same(*whole, *pieced), "pieces make the same view");
    for (const std::string* line : {&whole->from, &whole->to, &whole->cc, &whole->subject}) require(is_line(*line), "a field is a line of text");
    for (const MailBlock& block : whole->blocks) require(policy::is_utf8(block.text) && policy::is_utf8(block.html), "text is UTF-8");
    for (std::size_t index = 0; index < std::min<std::size_t>(whole->attachments.size(), 5); ++index) judge_file(mail, whole->attachments[index]);
}

}  // namespace smarttls::fuzz

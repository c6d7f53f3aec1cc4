// SPDX-License-Identifier: Apache-2.0
//
// The pages behind the code.
#include <charconv>

#include "portal/mail/html_sanitiser.h"
#include "portal/mail/mail_view.h"
#include "portal/web/site_parts.h"

namespace smarttls::portal {
namespace {

using policy::ErrorKind;

/// Types that a phone opens better by their name; all others are only bytes.
std::string served_type(const std::string& type) {
    const bool is_known = type == "application/pdf" || type == "image/png" || type == "image/jpeg" || type == "image/gif" ||
                          type == "text/calendar" || type == "text/vcard" || type == "audio/mpeg" || type == "video/mp4";
    return is_known ? type : "application/octet-stream";
}

Response download(const std::string& type, const std::string& name, Pieces pieces) {
    Response response{200, {{"Content-Type", type}, {"Content-Disposition", content_disposition(name)}}, {}, std::move(pieces), {}};
    add_security_headers(response, Content::File);
    return response;
}

/// All of the blocks as one document's content; each in its best form.
SanitisedHtml content_of(const MailView& view) {
    SanitisedHtml content;
    for (const MailBlock& block : view.blocks) {
        if (block.html.empty()) {
            content.html += "<div class=\"text\">" + escape_html(block.text) + "</div>";
            continue;
        }
        const SanitisedHtml clean = sanitise_html(block.html, view.images);
        content.html += clean.html;
        content.left_out_remote = content.left_out_remote || clean.left_out_remote;
    }
    return content;
}

std::string text_of_blocks(const MailView& view) {
    std::string text;
    for (const MailBlock& block : view.blocks) text += (text.empty() ? "" : "\n\n") + block.text;
    return text;
}

void set_header(PageValues& values, const MailView& view, const std::string& no_subject) {
    values.set("from", view.from);
    values.set("to", view.to);
    values.set("cc", view.cc);
    values.set("has_cc", !view.cc.empty());
    values.set("subject", view.subject.empty() ? no_subject : view.subject);
}

std::string shown_name(const MailAttachment& attachment, const std::string& unnamed) {
    if (!attachment.file_name.empty()) return attachment.file_name;
    const bool is_mail = attachment.type == "message/rfc822";
    return unnamed + "-" + std::to_string(attachment.number) + (is_mail ? ".eml" : "");
}

}  // namespace

Response Site::route_message(const Request& request, const Target& target) {
    const std::string secret = request.cookie(session_cookie(target.name)).value_or("");
    if (secret.empty()) return gone(request);
    const auto session = desk_.session(secret);
    if (!session) return failed(request, session.error());
    const Opened opened{secret, "/m/" + target.name, session->value_or(PickupSession())};
    if (!*session || message_path(opened.session.pickup.message) != opened.path) return gone(request);
    if (request.method == "POST") return target.part == "end" ? end_session(request, opened) : refused(request, 405, "problem_method");
    if (!target.number.empty() && target.part != "file") return gone(request);
    if (request.method == "HEAD") return page(request, "home", PageValues(PageValues::type::object));
    if (target.part.empty()) return show_message(request, opened);
    if (target.part == "body") return show_body(request, opened, Shape::Frame);
    if (target.part == "print") return show_print(request, opened);
    if (target.part == "file") return send_attachment(request, opened, target.number);
    return target.part == "original.eml" ? send_original(request, opened) : gone(request);
}

Response Site::show_message(const Request& request, const Opened& opened) {
    const auto pieces = desk_.open(opened.secret);
    if (!pieces) return failed(request, pieces.error());
    const auto view = read_mail(*pieces);
    if (!view) return failed(request, view.error());
    const auto recorded = desk_.record(opened.secret, PickupEvent::Read);
    if (!recorded) return failed(request, recorded.error());
    const std::string language = language_of(request);
    PageValues values(PageValues::type::object);
    set_header(values, *view, templates_.word(language, "no_subject"));
    values.set("path", opened.path);
    values.set("organisation", opened.session.pickup.organisation);
    values.set("date", when(view->date ? store::EvidenceTime(*view->date) : opened.session.pickup.received, language));
    values.set("expires", day(opened.session.pickup.expires, language));
    values.set("seal", seal_.of(opened.secret, opened.path));
    values.set("has_html", view->has_html());
    values.set("text", text_of_blocks(*view));
    values.set("is_empty", view->blocks.empty());
    values.set("is_cut", view->is_cut);
    PageValues files(PageValues::type::list);
    for (const MailAttachment& attachment : view->attachments) {
        if (attachment.is_shown) continue;
        PageValues file(PageValues::type::object);
        file.set("number", std::to_string(attachment.number));
        file.set("name", shown_name(attachment, templates_.word(language, "unnamed")));
        file.set("type", attachment.type);
        file.set("size", size_text(attachment.size, templates_.word(language, "decimal_mark")));
        files << file;
    }
    values.set("has_files", files.is_non_empty_list());
    values.set("files", files);
    return page(request, "message", std::move(values));
}

Response Site::show_body(const Request& request, const Opened& opened, Shape shape) {
    const auto pieces = desk_.open(opened.secret);
    if (!pieces) return failed(request, pieces.error());
    const auto view = read_mail(*pieces);
    if (!view) return failed(request, view.error());
    const std::string language = language_of(request);
    PageValues values(PageValues::type::object);
    set_header(values, *view, templates_.word(language, "no_subject"));
    values.set("date", when(view->date ? store::EvidenceTime(*view->date) : opened.session.pickup.received, language));
    values.set("for_paper", shape == Shape::Paper);
    const SanitisedHtml content = content_of(*view);
    values.set("html", content.html);
    values.set("left_out_remote", content.left_out_remote);
    values.set("is_cut", view->is_cut);
    return page(request, "body", std::move(values), 200, Content::Foreign);
}

Response Site::show_print(const Request& request, const Opened& opened) {
    const auto recorded = desk_.record(opened.secret, PickupEvent::Read);
    return recorded ? show_body(request, opened, Shape::Paper) : failed(request, recorded.error());
}

Response Site::send_attachment(const Request& request, const Opened& opened, const std::string& number) {
    std::size_t wanted = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), wanted);
    if (error != std::errc() || end != number.data() + number.size() || wanted == 0) return gone(request);
    const auto pieces = desk_.open(opened.secret);
    if (!pieces) return failed(request, pieces.error());
    const auto part = find_part(*pieces, wanted);
    if (!part) return failed(request, part.error());
    if (!*part) return gone(request);
    const auto recorded = desk_.record(opened.secret, PickupEvent::Attachment);
    if (!recorded) return failed(request, recorded.error());
    auto again = desk_.open(opened.secret);
    if (!again) return failed(request, again.error());
    const MailAttachment attachment{wanted, (*part)->type, (*part)->file_name, {}, 0, false};
    const std::string name = shown_name(attachment, templates_.word(language_of(request), "unnamed"));
    return download(served_type((*part)->type), name, part_pieces(*std::move(again), wanted));
}

Response Site::send_original(const Request& request, const Opened& opened) {
    const auto recorded = desk_.record(opened.secret, PickupEvent::Downloaded);
    if (!recorded) return failed(request, recorded.error());
    auto pieces = desk_.open(opened.secret);
    if (!pieces) return failed(request, pieces.error());
    Response response = download("message/rfc822", "message.eml", *std::move(pieces));
    response.size = opened.session.size;
    return response;
}

Response Site::end_session(const Request& request, const Opened& opened) {
    if (!comes_from_us(request)) return refused(request, 403, "problem_origin");
    if (!seal_.fits(request.field("seal"), opened.secret, opened.path)) return refused(request, 403, "problem_old_form");
    const auto ended = desk_.end_session(opened.secret);
    if (!ended) return failed(request, ended.error());
    Response response = page(request, "goodbye", PageValues(PageValues::type::object));
    clear_cookie(response, session_cookie(opened.session.pickup.message));
    return response;
}

}  // namespace smarttls::portal

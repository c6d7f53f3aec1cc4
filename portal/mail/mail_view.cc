// SPDX-License-Identifier: Apache-2.0
#include "portal/mail/mail_view.h"

#include <algorithm>
#include <array>

#include "policy/text.h"
#include "portal/mail/gmime_handles.h"
#include "portal/mail/transfer_decoder.h"

namespace smarttls::portal {
namespace {

using policy::Result;

/// Pictures that every browser shows and none takes for a document. SVG is one.
bool is_picture(std::string_view type) {
    constexpr auto kTypes = std::to_array<std::string_view>({"image/png", "image/jpeg", "image/gif", "image/webp"});
    return std::ranges::find(kTypes, type) != kTypes.end();
}

std::optional<std::chrono::sys_seconds> read_date(const std::string& value) {
    GDateTime* date = g_mime_utils_header_decode_date(value.c_str());
    if (date == nullptr) return std::nullopt;
    const std::chrono::sys_seconds time{std::chrono::seconds(g_date_time_to_unix(date))};
    g_date_time_unref(date);
    return time;
}

class ViewMaker : public MimeLeaves {
  public:
    void on_header(const HeaderLines& fields) override;
    void on_leaf(const Leaf& leaf) override;
    void on_body(std::string_view piece) override;
    void on_leaf_end() override;
    [[nodiscard]] MailView finish();

  private:
    enum class Use { Text, Html, Attachment, Picture };

    [[nodiscard]] static Use use_of(const MailPart& part);
    void take(std::string_view decoded);
    [[nodiscard]] std::size_t room() const;
    MailBlock& block();

    MailView view_;
    Leaf leaf_;
    Use use_ = Use::Attachment;
    TransferDecoder decoder_{TransferEncoding::Identity};
    std::string kept_;        // decoded bytes of this leaf
    std::uint64_t size_ = 0;  // all of them
    std::size_t shown_text_ = 0;
    std::size_t shown_html_ = 0;
    std::size_t pictures_ = 0;
};

void ViewMaker::on_header(const HeaderLines& fields) {
    view_.from = decoded_words(field_value(fields, "from"));
    view_.to = decoded_words(field_value(fields, "to"));
    view_.cc = decoded_words(field_value(fields, "cc"));
    view_.subject = decoded_words(field_value(fields, "subject"));
    view_.message_id = policy::trim(field_value(fields, "message-id"));
    view_.references = policy::trim(field_value(fields, "references"));
    view_.date = read_date(std::string(field_value(fields, "date")));
}

ViewMaker::Use ViewMaker::use_of(const MailPart& part) {
    const bool is_named = part.is_attachment || !part.file_name.empty();
    if (part.type == "text/plain" && !is_named) return Use::Text;
    if (part.type == "text/html" && !is_named) return Use::Html;
    return is_picture(part.type) && !part.content_id.empty() ? Use::Picture : Use::Attachment;
}

void ViewMaker::on_leaf(const Leaf& leaf) {
    leaf_ = leaf;
    use_ = use_of(leaf.part);
    decoder_ = TransferDecoder(leaf.part.encoding);
    kept_.clear();
    size_ = 0;
}

void ViewMaker::on_body(std::string_view piece) { take(decoder_.decode(piece)); }

std::size_t ViewMaker::room() const {
    if (use_ == Use::Attachment) return 0;
    const std::size_t used = use_ == Use::Text ? shown_text_ : use_ == Use::Html ? shown_html_ : pictures_;
    return (use_ == Use::Picture ? kMostImages : kMostShown) - used;
}

void ViewMaker::take(std::string_view decoded) {
    size_ += decoded.size();
    const std::size_t left = room() - std::min(room(), kept_.size());
    if (use_ == Use::Text || use_ == Use::Html) view_.is_cut = view_.is_cut || decoded.size() > left;
    kept_ += decoded.substr(0, left);
}

/// The block of this leaf: that of its alternatives, or a new one.
MailBlock& ViewMaker::block() {
    const bool joins = leaf_.alternative != 0 && !view_.blocks.empty() && view_.blocks.back().alternative == leaf_.alternative;
    if (!joins) view_.blocks.push_back({{}, {}, leaf_.alternative});
    return view_.blocks.back();
}

void ViewMaker::on_leaf_end() {
    take(decoder_.flush());
    if (use_ == Use::Text) {
        shown_text_ += kept_.size();
        block().text += to_utf8(kept_, leaf_.part.charset);
    } else if (use_ == Use::Html) {
        shown_html_ += kept_.size();
        block().html += to_utf8(kept_, leaf_.part.charset);
    } else {
        view_.attachments.push_back({leaf_.number, leaf_.part.type, leaf_.part.file_name, leaf_.part.content_id, size_, false});
        if (use_ == Use::Picture && kept_.size() == size_) {  // half a picture is none
            pictures_ += kept_.size();
            view_.images.emplace(leaf_.part.content_id, InlineImage{leaf_.part.type, std::move(kept_)});
        }
    }
    kept_.clear();
}

MailView ViewMaker::finish() {
    for (MailAttachment& attachment : view_.attachments) {
        const auto refers = [&](const MailBlock& block) {
            return block.html.find("cid:" + attachment.content_id) != std::string::npos;
        };
        attachment.is_shown = view_.images.contains(attachment.content_id) && std::ranges::any_of(view_.blocks, refers);
    }
    return std::move(view_);
}

/// Decodes one leaf and passes over the others.
class OneLeaf : public MimeLeaves {
  public:
    explicit OneLeaf(std::size_t number) : number_(number) {}
    void on_header(const HeaderLines&) override {}
    void on_leaf(const Leaf& leaf) override {
        is_it_ = leaf.number == number_;
        if (!is_it_) return;
        part_ = leaf.part;
        decoder_ = TransferDecoder(leaf.part.encoding);
    }
    void on_body(std::string_view piece) override {
        if (is_it_) out_ += decoder_.decode(piece);
    }
    void on_leaf_end() override {
        if (!is_it_) return;
        out_ += decoder_.flush();
        is_it_ = false;
        has_ended_ = true;
    }
    [[nodiscard]] bool has_ended() const { return has_ended_; }
    [[nodiscard]] const std::optional<MailPart>& part() const { return part_; }
    [[nodiscard]] std::string take() { return std::exchange(out_, {}); }

  private:
    std::size_t number_;
    std::optional<MailPart> part_;  // once it was found
    bool is_it_ = false;
    bool has_ended_ = false;
    TransferDecoder decoder_{TransferEncoding::Identity};
    std::string out_;
};

/// The leaf, and the walker that borrows it.
struct PartReader {
    PartReader(Pieces source, std::size_t number) : message(std::move(source)), leaf(number), walker(leaf) {}
    Result<std::string> next();

    Pieces message;
    OneLeaf leaf;
    MimeWalker walker;
    bool is_at_end = false;
};

Result<std::string> PartReader::next() {
    for (;;) {
        std::string out = leaf.take();
        if (!out.empty() || leaf.has_ended() || is_at_end) return out;
        auto piece = message();
        if (!piece) return tl::unexpected(piece.error());
        is_at_end = piece->empty();
        if (is_at_end) {
            walker.finish();
        } else {
            walker.feed(*piece);
        }
        if (is_at_end) return leaf.take();
    }
}

}  // namespace

bool MailView::has_html() const {
    return std::ranges::any_of(blocks, [](const MailBlock& block) { return !block.html.empty(); });
}

Result<MailView> read_mail(const Pieces& pieces) {
    ViewMaker maker;
    MimeWalker walker(maker);
    for (;;) {
        auto piece = pieces();
        if (!piece) return tl::unexpected(piece.error());
        if (piece->empty()) break;
        walker.feed(*piece);
    }
    walker.finish();
    return maker.finish();
}

Result<std::optional<MailPart>> find_part(const Pieces& pieces, std::size_t number) {
    OneLeaf leaf(number);
    MimeWalker walker(leaf);
    while (!leaf.part()) {
        auto piece = pieces();
        if (!piece) return tl::unexpected(piece.error());
        if (piece->empty()) walker.finish();
        if (piece->empty()) break;
        walker.feed(*piece);
    }
    return leaf.part();
}

Pieces part_pieces(Pieces message, std::size_t number) {
    const auto reader = std::make_shared<PartReader>(std::move(message), number);
    return [reader] { return reader->next(); };
}

}  // namespace smarttls::portal

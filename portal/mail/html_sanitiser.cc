// SPDX-License-Identifier: Apache-2.0
#include "portal/mail/html_sanitiser.h"

#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "policy/text.h"
#include "portal/mail/base64.h"
#include "portal/mail/css_filter.h"

namespace smarttls::portal {
namespace {

constexpr std::size_t kDeepest = 200;  // open elements; what is deeper stays as text

template <std::size_t Size>
bool is_in(const std::array<std::string_view, Size>& sorted, std::string_view name) {
    return std::ranges::binary_search(sorted, name);
}

/// Written as they are.
constexpr auto kElements = std::to_array<std::string_view>(
    {"a",    "abbr",   "address", "article", "aside",  "b",     "bdi",    "bdo",  "big",     "blockquote", "br",    "caption",
     "center", "cite", "code",    "col",     "colgroup", "dd",  "del",    "dfn",  "div",     "dl",         "dt",    "em",
     "figcaption", "figure", "font", "footer", "h1",   "h2",    "h3",     "h4",   "h5",      "h6",         "header", "hr",
     "i",    "img",    "ins",     "kbd",     "li",     "main",  "mark",   "nav",  "ol",      "p",          "pre",   "q",
     "s",    "samp",   "section", "small",   "span",   "strike", "strong", "sub", "sup",     "table",      "tbody", "td",
     "tfoot", "th",    "thead",   "time",    "tr",     "tt",    "u",      "ul",   "var",     "wbr"});

constexpr auto kEmptyElements = std::to_array<std::string_view>({"br", "col", "hr", "img", "wbr"});

/// Gone with whatever is in them.
constexpr auto kSwallowed = std::to_array<std::string_view>(
    {"applet", "audio", "button", "canvas", "datalist", "embed", "frame", "frameset", "iframe", "math", "noembed", "noframes",
     "noscript", "object", "option", "plaintext", "script", "select", "style", "svg", "template", "textarea", "title", "video",
     "xmp"});

constexpr auto kAttributes = std::to_array<std::string_view>(
    {"align", "alt", "bgcolor", "border", "cellpadding", "cellspacing", "color", "colspan", "dir", "face", "height", "lang", "rowspan",
     "size", "start", "title", "valign", "width"});

std::string_view view_of(const xmlChar* text) {
    return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

std::string lower(const xmlChar* name) { return policy::to_lower(view_of(name)); }

/// As a browser reads an address: without what it strips before it looks for the scheme (URL Standard, §4.4).
std::string without_blanks(std::string_view address) {
    std::string text;
    for (const char byte : address) {
        if (static_cast<unsigned char>(byte) > ' ') text += byte;
    }
    return text;
}

bool has_scheme(const std::string& address, std::initializer_list<std::string_view> schemes) {
    const std::string low = policy::to_lower(std::string_view(address).substr(0, 32));
    return std::ranges::any_of(schemes, [&](std::string_view scheme) { return low.starts_with(scheme); });
}

/// What libxml2 calls, and where the result grows.
class Writer {
  public:
    explicit Writer(const InlineImages& images) : images_(images) {}

    void start(const std::string& name, const xmlChar** attributes);
    void end(const std::string& name);
    void text(std::string_view text) {
        if (swallowed_.empty()) out_.html += escape_html(text);
    }
    [[nodiscard]] SanitisedHtml finish();

  private:
    void write_attributes(const std::string& element, const xmlChar** attributes);
    void write(std::string_view name, std::string_view value);
    void write_link(std::string_view address);
    void write_picture(std::string_view address);

    const InlineImages& images_;
    SanitisedHtml out_;
    std::vector<std::string> open_;
    std::vector<std::string> swallowed_;
};

void Writer::start(const std::string& name, const xmlChar** attributes) {
    if (!swallowed_.empty() || is_in(kSwallowed, name)) {
        if (swallowed_.size() < kDeepest) swallowed_.push_back(name);
        return;
    }
    const std::string element = name == "body" ? "div" : name;
    if (!is_in(kElements, element) || open_.size() >= kDeepest) return;
    out_.html += "<" + element;
    write_attributes(element, attributes);
    out_.html += ">";
    if (!is_in(kEmptyElements, element)) open_.push_back(element);
}

void Writer::end(const std::string& name) {
    if (!swallowed_.empty()) {
        const auto found = std::find(swallowed_.rbegin(), swallowed_.rend(), name);
        if (found != swallowed_.rend()) swallowed_.erase(found.base() - 1, swallowed_.end());
        return;
    }
    const std::string element = name == "body" ? "div" : name;
    if (std::ranges::find(open_, element) == open_.end()) return;
    while (!open_.empty()) {
        const std::string inner = std::move(open_.back());
        open_.pop_back();
        out_.html += "</" + inner + ">";
        if (inner == element) return;
    }
}

SanitisedHtml Writer::finish() {
    for (; !open_.empty(); open_.pop_back()) out_.html += "</" + open_.back() + ">";
    return std::move(out_);
}

void Writer::write(std::string_view name, std::string_view value) {
    out_.html += " " + std::string(name) + "=\"" + escape_html(value) + "\"";
}

void Writer::write_attributes(const std::string& element, const xmlChar** attributes) {
    for (; attributes != nullptr && *attributes != nullptr; attributes += 2) {
        const std::string name = lower(attributes[0]);
        const std::string_view value = view_of(attributes[1]);
        if (is_in(kAttributes, name)) write(name, value);
        if (name == "style") write(name, filter_css(value));
        if (name == "href" && element == "a") write_link(value);
        if (name == "src" && element == "img") write_picture(value);
    }
}

/// Opens elsewhere, and tells nobody where it was found.
void Writer::write_link(std::string_view address) {
    const std::string link = without_blanks(address);
    if (!has_scheme(link, {"http://", "https://", "mailto:", "tel:"})) return;
    write("href", link);
    out_.html += R"( target="_blank" rel="noopener noreferrer nofollow")";
}

void Writer::write_picture(std::string_view address) {
    const std::string source = without_blanks(address);
    if (has_scheme(source, {"cid:"})) {
        const auto image = images_.find(std::string_view(source).substr(4));
        if (image != images_.end()) write("src", "data:" + image->second.type + ";base64," + to_base64(image->second.bytes));
    } else if (has_scheme(source, {"data:image/png;base64,", "data:image/jpeg;base64,", "data:image/gif;base64,"})) {
        write("src", source);
    } else {
        out_.left_out_remote = true;
    }
}

Writer& writer_of(void* context) { return *static_cast<Writer*>(context); }

extern "C" {
static void on_start(void* context, const xmlChar* name, const xmlChar** attributes) noexcept {
    writer_of(context).start(lower(name), attributes);
}
static void on_end(void* context, const xmlChar* name) noexcept { writer_of(context).end(lower(name)); }
static void on_text(void* context, const xmlChar* text, int size) noexcept {
    writer_of(context).text({reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
}
}

struct FreeParser {
    void operator()(htmlParserCtxt* parser) const noexcept { htmlFreeParserCtxt(parser); }
};

}  // namespace

std::string escape_html(std::string_view text) {
    std::string escaped;
    escaped.reserve(text.size() + text.size() / 8);
    for (const char byte : text) {
        switch (byte) {
            case '&': escaped += "&amp;"; break;
            case '<': escaped += "&lt;"; break;
            case '>': escaped += "&gt;"; break;
            case '"': escaped += "&quot;"; break;
            case '\'': escaped += "&#39;"; break;
            default: escaped += byte;
        }
    }
    return escaped;
}

SanitisedHtml sanitise_html(const std::string& html, const InlineImages& images) {
    static const bool started = [] {  // before the first thread of libxml2's
        xmlInitParser();
        return true;
    }();
    static_cast<void>(started);
    Writer writer(images);
    htmlSAXHandler calls{};
    calls.startElement = on_start;
    calls.endElement = on_end;
    calls.characters = on_text;
    calls.ignorableWhitespace = on_text;
    const std::unique_ptr<htmlParserCtxt, FreeParser> parser(htmlNewParserCtxt());
    if (!parser || html.empty()) return {};
    *parser->sax = calls;
    parser->userData = &writer;
    htmlCtxtUseOptions(parser.get(), HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);
    parser->sax->startElement = on_start;
    std::string source = html;
    std::ranges::replace(source, '\0', ' ');  // where libxml2 would stop
    htmlDocPtr document = htmlCtxtReadMemory(parser.get(), source.data(), static_cast<int>(source.size()), nullptr, "UTF-8",
                                             HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);
    xmlFreeDoc(document);
    return writer.finish();
}

}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
#include "portal/web/page_templates.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>

#include "policy/text.h"

namespace smarttls::portal {
namespace {

namespace fs = std::filesystem;
using kainjow::mustache::mustache;
using policy::ErrorKind;
using policy::fail;
using policy::Result;

constexpr auto kPages = std::to_array<const char*>({"layout", "home", "start", "code", "message", "body", "gone", "refused", "goodbye"});

std::optional<std::string> content_of(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(stream), {});
}

/// "name = text" lines; # begins a comment. Names that are there already stay.
void add_words(const std::string& text, std::map<std::string, std::string>& words) {
    for (const std::string_view line : policy::split(text, '\n')) {
        const std::size_t equals = line.find('=');
        if (line.starts_with('#') || equals == std::string_view::npos) continue;
        words.emplace(policy::trim(line.substr(0, equals)), policy::trim(line.substr(equals + 1)));
    }
}

bool is_language(const std::string& name) {
    return name.size() == 2 && std::ranges::all_of(name, [](char byte) { return byte >= 'a' && byte <= 'z'; });
}

/// The text with its values in it, unescaped: the page that shows it escapes.
std::string filled(const std::string& text, const PageValues& values) {
    if (text.find("{{") == std::string::npos) return text;
    mustache line(text);
    line.set_custom_escape([](const std::string& value) { return value; });
    return line.render(values);
}

/// In thousandths; 1000 without one, 0 when it cannot be read.
int weight_of(std::string_view range) {
    const std::size_t at = range.find("q=");
    if (at == std::string_view::npos) return 1000;
    const std::string_view number = policy::trim(range.substr(at + 2));
    if (number.starts_with('1')) return 1000;
    int thousandths = 0;
    const std::string digits = std::string(number.substr(std::min<std::size_t>(2, number.size()), 3)) + "000";
    std::from_chars(digits.data(), digits.data() + 3, thousandths);
    return thousandths;
}

}  // namespace

Result<PageTemplates> PageTemplates::open(const std::vector<std::string>& directories) {
    PageTemplates templates;
    std::string brand;
    for (const fs::path directory : directories) {
        for (const std::string name : kPages) {
            if (auto page = content_of(directory / "pages" / (name + ".html"))) templates.pages_.emplace(name, *std::move(page));
        }
        std::error_code missing;
        for (const auto& entry : fs::directory_iterator(directory, missing)) {
            const std::string language = entry.path().filename();
            const auto words = content_of(entry.path() / "words");
            if (is_language(language) && words) add_words(*words, templates.words_[language]);
        }
        if (templates.style_.empty()) templates.style_ = content_of(directory / "pages" / "style.css").value_or("");
        if (brand.empty()) brand = content_of(directory / "brand.css").value_or("");
    }
    templates.style_ += brand;
    if (auto checked = templates.check(); !checked) return tl::unexpected(checked.error());
    return templates;
}

Result<void> PageTemplates::check() const {
    for (const std::string name : kPages) {
        const auto page = pages_.find(name);
        if (page == pages_.end()) return fail(ErrorKind::Misconfigured, "templates: there is no pages/" + name + ".html");
        const mustache parsed(page->second);
        if (!parsed.is_valid()) return fail(ErrorKind::Misconfigured, "templates: pages/" + name + ".html: " + parsed.error_message());
    }
    if (words_.empty()) return fail(ErrorKind::Misconfigured, "templates: there is no LANGUAGE/words");
    for (const auto& [language, words] : words_) {
        for (const auto& [name, text] : words_.begin()->second) {
            if (!words.contains(name)) return fail(ErrorKind::Misconfigured, "templates: " + language + "/words has no " + name);
        }
        for (const auto& [name, text] : words) {
            const mustache parsed(text);
            if (!parsed.is_valid()) return fail(ErrorKind::Misconfigured, "templates: " + language + "/words: " + name + ": " + parsed.error_message());
        }
    }
    return policy::ok();
}

std::vector<std::string> PageTemplates::languages() const {
    std::vector<std::string> languages;
    for (const auto& [language, words] : words_) languages.push_back(language);
    return languages;
}

std::string PageTemplates::language_for(std::string_view accept, const std::string& otherwise) const {
    std::string best = words_.contains(otherwise) ? otherwise : words_.begin()->first;
    int weight = 0;
    for (const std::string_view range : policy::split(accept.substr(0, 500), ',')) {
        const std::string language = policy::to_lower(policy::trim(range).substr(0, 2));
        if (words_.contains(language) && weight_of(range) > weight) {
            best = language;
            weight = weight_of(range);
        }
    }
    return best;
}

std::string PageTemplates::word(const std::string& language, const std::string& name) const {
    const auto words = words_.find(language);
    if (words == words_.end()) return name;
    const auto found = words->second.find(name);
    return found == words->second.end() ? name : found->second;
}

std::string PageTemplates::render(const std::string& page, const std::string& language, PageValues values) const {
    PageValues words(PageValues::type::object);
    for (const auto& [name, text] : words_.at(language)) words.set(name, filled(text, values));
    values.set("words", words);
    values.set("language", language);
    mustache content(pages_.at(page));
    values.set("content", content.render(values));
    if (page == "body") return content.render(values);  // a document of its own
    mustache layout(pages_.at("layout"));
    return layout.render(values);
}

}  // namespace smarttls::portal

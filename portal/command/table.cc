// SPDX-License-Identifier: Apache-2.0
#include "portal/command/table.h"

#include <algorithm>
#include <numeric>

#include "policy/text.h"

namespace smarttls::portal {
namespace {

constexpr std::size_t kGap = 2;          // between columns
constexpr std::size_t kNarrowest = 6;    // a column that gives way keeps so much
constexpr std::string_view kJoints = ".-_:/,=";  // a long name breaks behind one of them

using Widths = std::vector<std::size_t>;

std::size_t total(const Widths& widths) {
    const std::size_t gaps = widths.empty() ? 0 : (widths.size() - 1) * kGap;
    return std::accumulate(widths.begin(), widths.end(), gaps);
}

/// The widest gives way, as long as it is wider than `least`.
Widths fitted(Widths widths, const Widths& least, std::size_t columns) {
    while (total(widths) > columns) {
        std::size_t widest = widths.size();
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const bool wider = widest == widths.size() || widths[i] > widths[widest];
            if (widths[i] > least[i] && wider) widest = i;
        }
        if (widest == widths.size()) break;
        --widths[widest];
    }
    return widths;
}

/// Bytes of the first `count` characters of text that is UTF-8.
std::size_t bytes_of(std::string_view text, std::size_t count) {
    std::size_t index = 0;
    while (index < text.size()) {
        const bool begins = (static_cast<unsigned char>(text[index]) & 0xc0) != 0x80;
        if (begins && count-- == 0) break;
        ++index;
    }
    return index;
}

/// Where a word that is too long is cut: behind a joint in the second half, if there is one.
std::size_t cut_of(std::string_view word, std::size_t width) {
    const std::size_t most = bytes_of(word, width);
    const std::size_t joint = word.substr(0, most).find_last_of(kJoints);
    return joint != std::string_view::npos && joint + 1 > most / 2 ? joint + 1 : most;
}

std::vector<std::string> lines_of(std::string_view text, std::size_t width) {
    std::vector<std::string> lines(1);
    for (std::string_view word : policy::split(text, ' ')) {
        const bool fresh = lines.back().empty();
        if (!fresh && columns(lines.back()) + 1 + columns(word) <= width) {
            lines.back() += " " + std::string(word);
            continue;
        }
        if (!fresh) lines.emplace_back();
        while (columns(word) > width) {
            const std::size_t cut = cut_of(word, width);
            lines.back() = word.substr(0, cut);
            lines.emplace_back();
            word.remove_prefix(cut);
        }
        lines.back() = word;
    }
    return lines;
}

std::string row_text(const std::vector<Cell>& row, const Widths& widths, const Layout& layout) {
    std::vector<std::vector<std::string>> cells;
    std::size_t height = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        cells.push_back(lines_of(printable(row[i].text), widths[i]));
        height = std::max(height, cells.back().size());
    }
    std::string text;
    for (std::size_t line = 0; line < height; ++line) {
        std::size_t blanks = layout.indent;  // owed; a line does not end in them
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string piece = line < cells[i].size() ? cells[i][line] : std::string();
            if (!piece.empty()) {
                text += std::string(blanks, ' ') + painted(piece, row[i].tone, layout.style);
                blanks = 0;
            }
            blanks += widths[i] - std::min(widths[i], columns(piece)) + kGap;
        }
        text += "\n";
    }
    return text;
}

}  // namespace

Table::Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

void Table::add(std::vector<Cell> row) {
    rows_.push_back(std::move(row));
}

Widths Table::natural_widths() const {
    Widths widths;
    const auto widen = [&](std::size_t column, std::string_view text) {
        if (widths.size() <= column) widths.resize(column + 1);
        widths[column] = std::max(widths[column], columns(printable(text)));
    };
    for (std::size_t i = 0; i < headings_.size(); ++i) widen(i, headings_[i]);
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) widen(i, row[i].text);
    }
    return widths;
}

std::size_t Table::natural_width() const {
    return total(natural_widths());
}

std::string Table::text(const Layout& layout) const {
    if (rows_.empty()) return {};
    const std::size_t room = layout.columns - std::min(layout.columns, layout.indent);
    Widths least(natural_widths().size(), kNarrowest);
    for (std::size_t i = 0; i < headings_.size(); ++i) {
        least[i] = std::max(kNarrowest, columns(headings_[i]));
    }
    const Widths widths = fitted(natural_widths(), least, room);
    std::string text;
    if (!headings_.empty()) {
        std::vector<Cell> heads;
        for (const std::string& heading : headings_) heads.push_back({heading, Tone::Strong});
        text += row_text(heads, widths, layout);
    }
    for (const auto& row : rows_) text += row_text(row, widths, layout);
    return text;
}

}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
//
// Table: rows of cells under headings, as wide as they need to be and never wider than the line: the
// widest columns give way first, and their cells go on below.
//
//     Table table({"Pref", "Mail server"});
//     table.add({{"10"}, {"mx.example.nl", Tone::Good}});
//     out << table.text({.indent = 2, .columns = 80, .style = style});
//
// Cells may hold what strangers wrote: all text becomes printable(). Threads: one.
#pragma once

#include <string>
#include <vector>

#include "portal/command/render.h"

namespace smarttls::portal {

/// Where lines begin and end, and whether they may be coloured.
struct Layout {
    std::size_t indent = 0;
    std::size_t columns = 80;
    Style style = Style::Plain;
};

struct Cell {
    std::string text;
    Tone tone = Tone::Ordinary;
};

class Table {
  public:
    /// No headings: rows alone.
    explicit Table(std::vector<std::string> headings = {});

    void add(std::vector<Cell> row);

    /// Columns that it takes when no cell is broken.
    [[nodiscard]] std::size_t natural_width() const;

    /// Lines with their newlines; nothing without rows.
    [[nodiscard]] std::string text(const Layout& layout) const;

  private:
    [[nodiscard]] std::vector<std::size_t> natural_widths() const;

    std::vector<std::string> headings_;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace smarttls::portal

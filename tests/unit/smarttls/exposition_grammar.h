// SPDX-License-Identifier: Apache-2.0
//
// The grammar of Prometheus' text format 0.0.4, as far as Exposition uses it, by regular
// expressions of its own: a test that looks at the text as Prometheus does.
//
// Threads: any.
#pragma once

#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace smarttls::engine {

/// The first thing that is wrong with the text; empty when nothing is.
inline std::string grammar_mistake(const std::string& text) {
    static const std::regex help(R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) [^\n]+)");
    static const std::regex type(R"(# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram))");
    static const std::regex sample(
        R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_]\w*="(?:[^"\\]|\\[\\"n])*")"
        R"((?:,[a-zA-Z_]\w*="(?:[^"\\]|\\[\\"n])*")*\})? ([0-9.e+-]+|\+Inf))");
    if (text.empty() || text.back() != '\n') return "the last line has no end";
    std::set<std::string> families;
    std::set<std::string> series;
    std::string family, kind, line;
    std::istringstream lines(text);
    for (std::smatch match; std::getline(lines, line);) {
        if (std::regex_match(line, match, help)) {
            family = match[1];
            if (!families.insert(family).second) return "twice: " + line;
        } else if (std::regex_match(line, match, type)) {
            if (match[1] != family) return "TYPE without its HELP: " + line;
            kind = match[2];
            const bool total = family.ends_with("_total");
            if (total != (kind == "counter")) return "only counters end in _total: " + line;
        } else if (std::regex_match(line, match, sample)) {
            const std::string name = match[1];
            const std::string suffix = name.starts_with(family) ? name.substr(family.size()) : "?";
            const bool fits = kind == "histogram"
                                  ? suffix == "_bucket" || suffix == "_sum" || suffix == "_count"
                                  : suffix.empty();
            if (!fits) return "a sample of another family: " + line;
            if (!series.insert(name + match[2].str()).second) return "a series twice: " + line;
        } else {
            return "no line of the format: " + line;
        }
    }
    return {};
}

}  // namespace smarttls::engine

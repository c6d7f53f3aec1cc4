// SPDX-License-Identifier: Apache-2.0
//
// Exposition: writes the text format of Prometheus, version 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
//
//     Exposition text;
//     text.family("smarttls_engine_probes_total", Kind::Counter, "Finished probes.");
//     text.sample({{"level", "dane"}}, 17);
//     text.str();
//
// A family's samples follow it at once. Threads: one thread. Errors: none; names of families and
// labels are literals of ours, values of labels are escaped.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smarttls::engine {

/// Counts observations by their size in seconds.
class Histogram {
  public:
    static constexpr std::array kBounds{0.005, 0.01, 0.025, 0.05, 0.1,  0.25, 0.5, 1.0,
                                        2.5,   5.0,  10.0,  20.0, 30.0, 60.0, 90.0};

    void observe(double seconds);

    [[nodiscard]] std::uint64_t at_most(std::size_t bound) const;  // kBounds[bound] seconds
    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] double sum() const { return sum_; }

  private:
    std::array<std::uint64_t, kBounds.size()> numbers_{};  // not cumulative
    std::uint64_t count_ = 0;
    double sum_ = 0;
};

class Exposition {
  public:
    enum class Kind { Counter, Gauge, Histogram };
    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    void family(std::string_view name, Kind kind, std::string_view help);
    void sample(Labels labels, std::uint64_t value);
    void sample(Labels labels, double value);
    void samples(const Histogram& histogram);

    [[nodiscard]] const std::string& str() const { return text_; }

  private:
    void line(std::string_view suffix, Labels labels, std::string_view value);

    std::string text_;
    std::string name_;  // of the family that was begun last
};

}  // namespace smarttls::engine

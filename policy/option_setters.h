// SPDX-License-Identifier: Apache-2.0
//
// What the tables of options are made of, and set a field with.
//
//     [](Config& c, std::string_view v) { return store(c.engine.socket, read_path(v)); }
//
// Threads: pure functions. Errors: those of the reader of values.h, passed on.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "policy/result.h"

namespace smarttls::policy {

/// Stores what a reader of values.h returns, or passes its error on.
template <class Field, class Value>
Result<void> store(Field& field, Result<Value> value) {
    if (!value) return tl::unexpected(value.error());
    field = *std::move(value);
    return ok();
}

template <class Field, class Value>
Result<void> add(std::vector<Field>& fields, Result<Value> value) {
    if (!value) return tl::unexpected(value.error());
    fields.push_back(*std::move(value));
    return ok();
}

/// The rows of two files as one table.
template <class Row>
std::vector<Row> joined(std::span<const Row> first, std::span<const Row> second) {
    std::vector<Row> all(first.begin(), first.end());
    all.insert(all.end(), second.begin(), second.end());
    return all;
}

}  // namespace smarttls::policy

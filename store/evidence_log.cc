// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_log.h"

#include <algorithm>
#include <string>

namespace smarttls::store {

using policy::because;
using policy::ErrorKind;
using policy::fail;

Result<std::uint64_t> log_size(Database& database) {
    const auto last = database.query_integer("SELECT coalesce(max(id), 0) FROM record");
    if (!last) return because(last, "size of the log");
    return static_cast<std::uint64_t>(*last);
}

Result<Hash> node_at(Database& database, std::uint64_t position) {
    auto select = database.prepare("SELECT hash FROM node WHERE position = ?1");
    if (!select) return because(select, "log");
    if (auto bound = select->bind(1, static_cast<std::int64_t>(position)); !bound) return because(bound, "log");
    const Result<bool> row = select->step();
    if (!row) return because(row, "log");
    const auto bytes = *row ? select->blob(0) : std::vector<std::uint8_t>{};
    Hash hash{};
    if (bytes.size() != hash.size()) {
        return fail(ErrorKind::Corrupt, "the log has no hash at position " + std::to_string(position));
    }
    std::copy(bytes.begin(), bytes.end(), hash.begin());
    return hash;
}

Result<MerkleAppender> load_log(Database& database, std::uint64_t size) {
    std::vector<Hash> peaks;
    for (const std::uint64_t position : peak_positions(size)) {
        auto peak = node_at(database, position);
        if (!peak) return tl::unexpected(peak.error());
        peaks.push_back(*peak);
    }
    return MerkleAppender::restore(size, std::move(peaks));
}

}  // namespace smarttls::store

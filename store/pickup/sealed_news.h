// SPDX-License-Identifier: Apache-2.0
//
// SealedNews: which messages the milter has sealed since, read from its evidence.db.
//
//     Result<SealedNews> news = SealedNews::open(settings.evidence);
//     Result<std::vector<SealedNotice>> found = news->after(position, limit);      // in the order of their records
//
// Ids of records have no gaps and are in the order of the commits, so the last id read is a position.
// Ownership: owns a read-only connection. Threads: one at a time. Errors: those of SQLite.
#pragma once

#include <string>
#include <vector>

#include "store/pickup/pickup_table.h"
#include "store/sqlite.h"

namespace smarttls::store {

struct SealedNotice {
    MessageRow message;
    bool is_for_pickup = false;  // somebody is to pick it up
    bool is_wanted = false;      // or waits for a person's release; a copy that another took the place of is for nobody
};

class SealedNews {
  public:
    [[nodiscard]] static Result<SealedNews> open(const std::string& evidence);

    [[nodiscard]] Result<std::vector<SealedNotice>> after(std::int64_t record, std::size_t limit);

  private:
    explicit SealedNews(Database database) : database_(std::move(database)) {}

    Database database_;
};

}  // namespace smarttls::store

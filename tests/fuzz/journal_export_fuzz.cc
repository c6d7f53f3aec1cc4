// SPDX-License-Identifier: Apache-2.0
//
// The Journal Export Format. The first byte is the size of the pieces in which the rest arrives.
#include "milter/delivery/journal_export.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {
namespace {

std::string read(std::string_view input, std::size_t size) {
    milter::JournalExport journal;
    std::string text;
    for (const std::string_view piece : pieces_of(input, size)) {
        journal.feed(piece);
        while (const auto entry = journal.next()) {
            require(!entry->cursor.empty(), "an entry has its cursor");
            require(entry->message.size() <= milter::JournalExport::kLongestValue, "a value is bounded");
            text += entry->cursor + '\0' + entry->identifier + '\0' + entry->pid + '\0' + entry->message + '\0' +
                    std::to_string(entry->time.time_since_epoch().count()) + '\0';
        }
    }
    return text;
}

}  // namespace

void judge(std::string_view input) {
    const std::size_t size = take_byte(input);
    require(read(input, size) == read(input, input.size() + 1), "pieces say what the whole says");
}

}  // namespace smarttls::fuzz

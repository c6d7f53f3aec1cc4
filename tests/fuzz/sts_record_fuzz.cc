// SPDX-License-Identifier: Apache-2.0
//
// TXT records at _mta-sts.<domain>, separated by zero bytes.
#include <algorithm>

#include "smarttls/sts/record.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {

void judge(std::string_view input) {
    using engine::StsRecordState;
    std::vector<std::string> texts = texts_of(input);
    const engine::StsRecord record = engine::find_record(texts);
    const bool found = record.state == StsRecordState::Found;
    require(found == !record.id.empty(), "a record that is found has an id, no other has");
    require(record.id.size() <= 32 && is_printable(record.id), "an id is short and printable");

    std::reverse(texts.begin(), texts.end());
    texts.emplace_back("v=spf1 -all");
    const engine::StsRecord again = engine::find_record(texts);
    require(again.state == record.state && again.id == record.id,
            "neither the order of the records nor another one matters");
    if (!found) return;
    require(engine::find_record({"v=STSv1; id=" + record.id + ";"}).id == record.id,
            "an id that is written is read");
}

}  // namespace smarttls::fuzz

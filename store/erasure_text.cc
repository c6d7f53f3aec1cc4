// SPDX-License-Identifier: Apache-2.0
#include "store/erasure_text.h"

#include <boost/json.hpp>

#include "store/record_text.h"

namespace smarttls::store {
namespace {

namespace json = boost::json;
using policy::ErrorKind;

RecordParts read_parts(const json::value& one) {
    const auto id = parse_record_id(std::string_view(one.at("id").as_string()));
    if (!id) throw std::invalid_argument(id.error().what);
    RecordParts parts{*id, {}};
    for (const json::value& number : one.at("parts").as_array()) parts.numbers.push_back(number.to_number<std::size_t>());
    return parts;
}

}  // namespace

json::object erased_text(const Erasure& erasure) {
    json::array records;
    for (const RecordParts& one : erasure.parts) {
        const json::array numbers(one.numbers.begin(), one.numbers.end());
        records.push_back(json::object{{"id", to_text(one.record)}, {"parts", numbers}});
    }
    return {{"exceptions", json::array(erasure.exceptions.begin(), erasure.exceptions.end())},
            {"messages", json::array(erasure.messages.begin(), erasure.messages.end())},
            {"records", records}};
}

json::object pruned_text(const Pruning& pruning) {
    return {{"before", rfc3339(pruning.before)}, {"parts", pruning.parts}, {"records", pruning.records}};
}

policy::Result<Erasure> read_erasure(std::string_view facts) {
    try {
        const json::value whole = json::parse(facts);
        const json::value& erased = whole.at("erased");
        Erasure erasure;
        for (const json::value& one : erased.at("records").as_array()) erasure.parts.push_back(read_parts(one));
        for (const json::value& one : erased.at("messages").as_array()) erasure.messages.emplace_back(one.as_string());
        for (const json::value& one : erased.at("exceptions").as_array()) erasure.exceptions.push_back(one.as_int64());
        return erasure;
    } catch (const std::exception& error) {
        return policy::fail(ErrorKind::Corrupt, std::string("a tombstone cannot be read: ") + error.what());
    }
}

}  // namespace smarttls::store

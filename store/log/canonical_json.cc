// SPDX-License-Identifier: Apache-2.0
#include "store/log/canonical_json.h"

#include <algorithm>
#include <boost/json.hpp>
#include <vector>

namespace smarttls::store {
namespace {

namespace json = boost::json;
using policy::ErrorKind;
using policy::fail;

void write(const json::value& value, std::string& text);

void write_object(const json::object& object, std::string& text) {
    std::vector<const json::key_value_pair*> members;
    for (const auto& member : object) members.push_back(&member);
    std::sort(members.begin(), members.end(), [](const auto* left, const auto* right) {
        return std::string_view(left->key()) < std::string_view(right->key());
    });
    char before = '{';
    for (const auto* member : members) {
        text += before;
        text += json::serialize(json::string_view(member->key()));
        text += ':';
        write(member->value(), text);
        before = ',';
    }
    text += members.empty() ? "{}" : "}";
}

void write_array(const json::array& array, std::string& text) {
    char before = '[';
    for (const json::value& element : array) {
        text += before;
        write(element, text);
        before = ',';
    }
    text += array.empty() ? "[]" : "]";
}

void write(const json::value& value, std::string& text) {
    if (const json::object* object = value.if_object()) {
        write_object(*object, text);
    } else if (const json::array* array = value.if_array()) {
        write_array(*array, text);
    } else {
        text += json::serialize(value);
    }
}

bool has_fraction(const json::value& value) {
    const auto inside = [](const auto& member) { return has_fraction(member.value()); };
    if (const json::object* object = value.if_object()) {
        return std::any_of(object->begin(), object->end(), inside);
    }
    if (const json::array* array = value.if_array()) {
        return std::any_of(array->begin(), array->end(), has_fraction);
    }
    return value.is_double();
}

}  // namespace

std::string canonical_json(const json::value& value) {
    std::string text;
    write(value, text);
    return text;
}

Result<json::value> parse_canonical(std::string_view text, std::size_t depth) {
    json::parse_options options;
    options.max_depth = depth;
    json::error_code error;
    json::value value = json::parse(text, error, {}, options);
    if (error) return fail(ErrorKind::Malformed, "it is not JSON: " + error.message());
    if (has_fraction(value)) return fail(ErrorKind::Malformed, "a number is no 64-bit integer");
    const std::string canonical = canonical_json(value);
    if (canonical == text) return value;
    const auto place = std::mismatch(text.begin(), text.end(), canonical.begin(), canonical.end());
    return fail(
        ErrorKind::Malformed,
        "it is not canonical JSON (members sorted and named once, no white space) from byte " +
            std::to_string(place.first - text.begin()) + " on");
}

}  // namespace smarttls::store

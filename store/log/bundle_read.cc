// SPDX-License-Identifier: Apache-2.0
//
// read_bundle(): one function per object of the format, one line per member.
#include <algorithm>
#include <boost/json.hpp>

#include "policy/text.h"
#include "store/log/bundle.h"
#include "store/log/canonical_json.h"

namespace smarttls::store {
namespace {

namespace json = boost::json;
using policy::ErrorKind;
using policy::fail;

constexpr std::size_t kDepth = 5;          // bundle, records, record, parts, part
constexpr std::size_t kLongestProof = 62;  // of a log of kMostLeaves
constexpr std::size_t kShown = 60;

auto malformed(std::string what) {
    return fail(ErrorKind::Malformed, std::move(what));
}

/// The members of an object, taken one by one; what nobody took is unknown.
class Members {
  public:
    explicit Members(const json::object& object) : object_(object) {}

    template <class T>
    Result<void> read(std::string_view name, T& field, Result<T> (*parse)(const json::value&)) {
        const json::value* member = object_.if_contains(name);
        if (member == nullptr) return malformed(std::string(name) + ": it is missing");
        ++taken_;
        auto value = parse(*member);
        if (!value) return because(value, name);
        field = *std::move(value);
        return policy::ok();
    }

    /// Once all known members were taken.
    [[nodiscard]] Result<void> finish(std::initializer_list<std::string_view> known) const {
        if (taken_ == object_.size()) return policy::ok();
        for (const auto& member : object_) {
            const std::string_view name = member.key();
            if (std::find(known.begin(), known.end(), name) == known.end()) {
                return malformed("there is no member " + policy::quote(name, kShown) + " here");
            }
        }
        return malformed("its members do not go together");
    }

  private:
    const json::object& object_;
    std::size_t taken_ = 0;
};

Result<std::string> read_text(const json::value& value) {
    const json::string* text = value.if_string();
    if (text == nullptr) return malformed("it is not a string");
    return std::string(*text);
}

Result<Hash> read_hash(const json::value& value) {
    auto text = read_text(value);
    if (!text) return tl::unexpected(text.error());
    return parse_hash(*text);
}

Result<Bytes> read_token(const json::value& value) {
    auto text = read_text(value);
    if (!text) return tl::unexpected(text.error());
    if (text->empty()) return malformed("it is empty");
    return parse_base64(*text);
}

Result<std::uint64_t> read_index(const json::value& value) {
    const std::int64_t* number = value.if_int64();
    if (number != nullptr && *number >= 0) return static_cast<std::uint64_t>(*number);
    return malformed("it is not the index of a leaf");
}

Result<RecordId> read_id(const json::value& value) {
    auto text = read_text(value);
    if (!text) return tl::unexpected(text.error());
    return parse_record_id(*text);
}

template <class T, Result<T> (*read)(const json::value&)>
Result<std::vector<T>> read_list(const json::value& value) {
    const json::array* array = value.if_array();
    if (array == nullptr) return malformed("it is not an array");
    std::vector<T> list;
    for (const json::value& element : *array) {
        auto item = read(element);
        if (!item) return because(item, "element " + std::to_string(list.size()));
        list.push_back(*std::move(item));
    }
    return list;
}

Result<Proof> read_proof(const json::value& value) {
    auto proof = read_list<Hash, read_hash>(value);
    if (proof && proof->size() > kLongestProof) return malformed("no proof has so many hashes");
    return proof;
}

Result<std::map<std::string, std::string>> read_verdicts(const json::value& value) {
    const json::object* object = value.if_object();
    if (object == nullptr) return malformed("it is not an object");
    std::map<std::string, std::string> verdicts;
    for (const auto& member : *object) {
        const std::string name(member.key());
        auto text = read_text(member.value());
        if (!text) return because(text, policy::quote(name, kShown));
        verdicts.emplace(name, *std::move(text));
    }
    return verdicts;
}

Result<BundlePart> read_part(const json::value& value) {
    const json::object* object = value.if_object();
    if (object == nullptr) return malformed("it is not an object");
    Members members(*object);
    BundlePart part;
    auto read = members.read("digest", part.digest, read_hash);
    if (object->contains("commitment")) {
        ErasedPart erased;
        if (read) read = members.read("commitment", erased.commitment, read_hash);
        part.content = erased;
    } else {
        PartContent content;
        if (read) read = members.read("plaintext", content.plaintext, read_text);
        if (read) read = members.read("salt", content.salt, read_hash);
        part.content = std::move(content);
    }
    if (read) read = members.finish({"digest", "commitment", "plaintext", "salt"});
    if (!read) return tl::unexpected(read.error());
    return part;
}

Result<BundleRecord> read_record(const json::value& value) {
    const json::object* object = value.if_object();
    if (object == nullptr) return malformed("it is not an object");
    Members members(*object);
    BundleRecord record;
    auto read = members.read("index", record.index, read_index);
    if (read) read = members.read("id", record.id, read_id);
    if (read) read = members.read("facts", record.facts, read_text);
    if (read) read = members.read("parts", record.parts, read_list<BundlePart, read_part>);
    if (read) read = members.read("proof", record.proof, read_proof);
    if (read) read = members.finish({"index", "id", "facts", "parts", "proof"});
    if (!read) return tl::unexpected(read.error());
    return record;
}

Result<std::string> read_format(const json::value& value) {
    auto text = read_text(value);
    if (!text || *text == kBundleFormat) return text;
    return malformed("it is not \"" + std::string(kBundleFormat) + "\"");
}

Result<Bundle> read_members(const json::value& value) {
    const json::object* object = value.if_object();
    if (object == nullptr) return malformed("it is not an object");
    Members members(*object);
    Bundle bundle;
    std::string format;
    auto read = members.read("format", format, read_format);
    if (read) read = members.read("checkpoint", bundle.checkpoint, read_text);
    if (read && object->contains("timestamp")) {
        read = members.read("timestamp", bundle.timestamp, read_token);
    }
    if (read) read = members.read("verdicts", bundle.verdicts, read_verdicts);
    if (read) read = members.read("records", bundle.records, read_list<BundleRecord, read_record>);
    if (read) read = members.finish({"format", "checkpoint", "timestamp", "verdicts", "records"});
    if (!read) return tl::unexpected(read.error());
    return bundle;
}

}  // namespace

Result<Bundle> read_bundle(std::string_view text) {
    if (text.size() > kLongestBundle) {
        return malformed("bundle: it is longer than " + std::to_string(kLongestBundle) + " bytes");
    }
    if (text.ends_with('\n')) text.remove_suffix(1);
    auto value = parse_canonical(text, kDepth);
    if (!value) return because(value, "bundle");
    auto bundle = read_members(*value);
    if (!bundle) return because(bundle, "bundle");
    return bundle;
}

}  // namespace smarttls::store

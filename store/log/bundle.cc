// SPDX-License-Identifier: Apache-2.0
#include "store/log/bundle.h"

#include <boost/json.hpp>

#include "store/log/canonical_json.h"

namespace smarttls::store {
namespace {

namespace json = boost::json;

json::value part_json(const BundlePart& part) {
    json::object object{{"digest", to_base64(part.digest)}};
    if (const auto* content = std::get_if<PartContent>(&part.content)) {
        object.emplace("plaintext", content->plaintext);
        object.emplace("salt", to_base64(content->salt));
    } else {
        object.emplace("commitment", to_base64(std::get<ErasedPart>(part.content).commitment));
    }
    return object;
}

json::value record_json(const BundleRecord& record) {
    json::array parts;
    for (const BundlePart& part : record.parts) parts.push_back(part_json(part));
    json::array proof;
    for (const Hash& hash : record.proof) proof.emplace_back(to_base64(hash));
    return json::object{{"index", record.index},
                        {"id", to_text(record.id)},
                        {"facts", record.facts},
                        {"parts", std::move(parts)},
                        {"proof", std::move(proof)}};
}

}  // namespace

PartStub BundlePart::stub() const {
    if (const auto* revealed = std::get_if<PartContent>(&content)) {
        return {digest, part_commitment(revealed->salt, revealed->plaintext)};
    }
    return {digest, std::get<ErasedPart>(content).commitment};
}

Hash BundleRecord::leaf() const {
    std::vector<PartStub> stubs;
    for (const BundlePart& part : parts) stubs.push_back(part.stub());
    return leaf_hash(record_entry(id, facts, stubs));
}

std::string write_bundle(const Bundle& bundle) {
    json::object verdicts;
    for (const auto& [hash, text] : bundle.verdicts) verdicts.emplace(hash, text);
    json::array records;
    for (const BundleRecord& record : bundle.records) records.push_back(record_json(record));
    json::object object{{"format", kBundleFormat},
                        {"checkpoint", bundle.checkpoint},
                        {"verdicts", std::move(verdicts)},
                        {"records", std::move(records)}};
    if (!bundle.timestamp.empty()) object.emplace("timestamp", to_base64(bundle.timestamp));
    return canonical_json(object) + "\n";
}

}  // namespace smarttls::store

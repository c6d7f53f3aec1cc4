// SPDX-License-Identifier: Apache-2.0
//
// tests/golden/evidence: what is there is what is made today. After a change of the format that is
// meant, SMARTTLS_WRITE_GOLDEN=1 writes it anew.
#include "golden.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace smarttls::store {
namespace {

namespace json = boost::json;
using test::GoldenLog;
using test::GoldenPart;
using test::GoldenRecord;

void expect_golden(const std::string& name, const std::string& content) {
    const std::string path = std::string(SMARTTLS_SOURCE_DIR) + "/tests/golden/evidence/" + name;
    if (std::getenv("SMARTTLS_WRITE_GOLDEN") != nullptr) std::ofstream(path) << content;
    std::ostringstream there;
    there << std::ifstream(path).rdbuf();
    EXPECT_EQ(there.str(), content) << name;
}

json::value part_line(const GoldenPart& part) {
    const PartStub stub = part.stub();
    json::object line{{"ciphertext", to_base64(part.ciphertext)},
                      {"digest", to_base64(stub.digest)},
                      {"commitment", to_base64(stub.commitment)}};
    if (!part.erased) line.emplace("random", to_base64(part.random));
    if (!part.erased) line.emplace("plaintext", part.plaintext);
    return line;
}

std::string record_line(const GoldenRecord& record) {
    json::array parts;
    for (const GoldenPart& part : record.parts) parts.push_back(part_line(part));
    const json::object line{{"id", to_text(record.id)},
                            {"facts", record.facts},
                            {"secret", to_base64(record.secret)},
                            {"parts", parts}};
    return canonical_json(line) + "\n";
}

TEST(GoldenTest, RecordsAreWhatTheyWere) {
    const GoldenLog golden;
    std::string lines;
    for (const GoldenRecord& record : golden.records()) lines += record_line(record);
    expect_golden("records.jsonl", lines);
}

TEST(GoldenTest, TheTreeIsWhatItWas) {
    const GoldenLog golden;
    std::string lines;
    for (const Hash& hash : golden.log().nodes()) lines += to_hex(hash) + "\n";
    expect_golden("nodes", lines);
}

TEST(GoldenTest, TheCheckpointIsWhatItWas) {
    expect_golden("checkpoint", GoldenLog().checkpoint());
    expect_golden("log.vkey", GoldenLog().signer().verifier().str() + "\n");
}

TEST(GoldenTest, TheBundleIsWhatItWas) {
    expect_golden("bundle.json", write_bundle(GoldenLog().bundle({1, 3, 6})));
}

}  // namespace
}  // namespace smarttls::store

// SPDX-License-Identifier: Apache-2.0
//
// verify_bundle() against tests/evidence_verifier.py, which was written from the format alone.
#include <cstdio>
#include <fstream>

#include "../scratch.h"
#include "golden.h"
#include "store/log/bundle_report.h"

namespace smarttls::store {
namespace {

using test::GoldenLog;

/// Both verifiers of the same bundles: ours, and the one that shares nothing with it.
class BothVerifiersTest : public testing::Test {
  protected:
    void add(const std::string& text) {
        const std::string name = std::to_string(1'000'000 + held_.size());
        std::ofstream(scratch_.file(name)) << text;
        const auto report = verify_bundle(text, trust_);
        held_.push_back(report && report->holds());
    }
    void add(const Bundle& bundle) { add(write_bundle(bundle)); }

    /// Per bundle, whether the other one says that it holds.
    [[nodiscard]] std::vector<bool> other() const {
        const std::string source = SMARTTLS_SOURCE_DIR;
        const std::string command = "cd " + scratch_.file("") + " && /usr/bin/python3 " + source +
                                    "/tests/evidence_verifier.py " + source +
                                    "/tests/golden/evidence/log.vkey 1*";
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"),
                                                                   &::pclose);
        std::array<char, 4096> line{};
        std::vector<bool> held;
        while (std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
            const std::string_view text(line.data());
            if (text.starts_with("1")) held.push_back(text.ends_with(" holds\n"));
        }
        return held;
    }
    const GoldenLog golden_;
    const BundleTrust trust_{golden_.signer().verifier(), {}};
    Bundle bundle_ = golden_.bundle({1, 3, 6});
    std::vector<bool> held_;
    test::ScratchDirectory scratch_;
};

TEST_F(BothVerifiersTest, AgreeOnTheGoldenBundleAndWhereAByteIsChanged) {
    const std::string text = write_bundle(bundle_);
    add(text);
    for (std::size_t i = 0; i < text.size(); i += 3) {
        std::string forged = text;
        forged[i] = static_cast<char>(forged[i] ^ 0x01);
        add(forged);
    }
    EXPECT_TRUE(held_.front());
    EXPECT_EQ(other(), held_);
}

TEST_F(BothVerifiersTest, AgreeWhereSomethingIsMovedCutOrAdded) {
    for (std::size_t i = 0; i < bundle_.records.size(); ++i) {
        Bundle bundle = bundle_;
        bundle.records.erase(bundle.records.begin() + static_cast<std::ptrdiff_t>(i));
        add(bundle);
        bundle.records.push_back(bundle_.records[i]);
        add(bundle);
        bundle.records.push_back(bundle_.records[i]);
        add(bundle);
        bundle = bundle_;
        bundle.records[i].parts.pop_back();
        add(bundle);
        bundle = bundle_;
        bundle.records[i].proof.pop_back();
        add(bundle);
        bundle.records[i].proof.resize(5);
        add(bundle);
        bundle = bundle_;
        std::swap(bundle.records[i].parts.front(), bundle.records[i].parts.back());
        add(bundle);
    }
    for (std::uint64_t index = 0; index < 20; ++index) {
        Bundle bundle = bundle_;
        bundle.records[2].index = index;
        add(bundle);
    }
    const std::string text = write_bundle(bundle_);
    for (std::size_t size = 0; size < text.size(); size += 97) add(text.substr(0, size));
    add(text + "\n");
    add(" " + text);
    add(golden_.bundle({0, 1, 2, 3, 4, 5, 6}));
    bundle_.verdicts["00"] = "{}";
    add(bundle_);
    bundle_.verdicts.clear();
    add(bundle_);
    EXPECT_NE(std::count(held_.begin(), held_.end(), true), 0);
    EXPECT_EQ(other(), held_);
}

}  // namespace
}  // namespace smarttls::store

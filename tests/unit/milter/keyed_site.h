// SPDX-License-Identifier: Apache-2.0
//
// KeyedSite: a Site that can seal, with the keys of this month.
#pragma once

#include <filesystem>

#include "store/sealing/key.h"
#include "tests/unit/milter/harness.h"

namespace smarttls::milter::test {

class KeyedSite : public Site {
  protected:
    KeyedSite() {
        policy::StoreSettings& store = services_.config.store;
        store.message_keys = directory_.file("message-keys.db");
        std::filesystem::create_directory(store.sealed);
        std::filesystem::create_directory(store.public_keys);
        EXPECT_TRUE(store_key(store.public_keys, key_->public_key()));
        writer_ = *store::EvidenceWriter::open(store.evidence, store.message_keys);
        services_.evidence = writer_.get();
    }

    const policy::Result<store::PrivateKey> key_ = store::PrivateKey::create(store::Epoch::of(
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())));
};

}  // namespace smarttls::milter::test

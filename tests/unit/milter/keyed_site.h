// SPDX-License-Identifier: Apache-2.0
//
// KeyedSite: a Site that can keep messages for pickup.
#pragma once

#include "tests/unit/milter/harness.h"

namespace smarttls::milter::test {

class KeyedSite : public Site {
  protected:
    KeyedSite() { services_.config.store.sealed = store_.settings.sealed; }

    const policy::Result<store::PrivateKey> key_ = store::load_private_key(
        store_.private_keys,
        store::Epoch::of(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())));
};

}  // namespace smarttls::milter::test

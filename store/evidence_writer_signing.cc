// SPDX-License-Identifier: Apache-2.0
//
// What the writer's thread does about checkpoints.
#include <exception>

#include "store/evidence_writer.h"

namespace smarttls::store {

using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::ok;

Result<void> EvidenceWriter::signing() const {
    const policy::Lock lock(mutex_);
    return signing_;
}

/// At the rim of the thread, as commit().
void EvidenceWriter::sign() noexcept {
    Result<void> signed_now;
    try {
        signed_now = sign_checkpoint();
    } catch (const std::exception& exception) {
        signed_now = fail(ErrorKind::Temporary, exception.what());
    }
    const policy::Lock lock(mutex_);
    signing_ = std::move(signed_now);
}

Result<void> EvidenceWriter::sign_checkpoint() {
    if (auto open = ensure_open(); !open) return because(open, "no checkpoint is signed");
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto newest = table_->sign(signer_, now);
    if (newest) return ok();
    table_.reset();
    return tl::unexpected(newest.error());
}

}  // namespace smarttls::store

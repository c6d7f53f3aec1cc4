// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/sealing_keys.h"

#include <filesystem>

namespace smarttls::store {

using policy::ErrorKind;
using policy::fail;

Result<PublicKey> last_public_key(const std::string& directory, Epoch epoch) {
    std::optional<Epoch> last;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        const auto found = Epoch::parse(entry->path().stem().string());
        if (!found || entry->path().extension() != ".pub" || *found > epoch) continue;
        if (!last || *found > *last) last = *found;
    }
    if (last) return load_public_key(directory, *last);
    const std::string why = error ? ": " + error.message() : "";
    return fail(ErrorKind::Misconfigured, "there is no public key for " + epoch.str() + " in " + directory + why +
                                              ": smarttls keys create makes the keys");
}

Result<PublicKey> SealingKeys::for_time(std::chrono::sys_seconds time) {
    const policy::Lock lock(mutex_);
    return find(time);
}

Result<std::shared_ptr<const WrappingKey>> SealingKeys::wrapping_for(std::chrono::sys_seconds time) {
    const policy::Lock lock(mutex_);
    if (wrapping_ && made_ == time) return wrapping_;
    const auto key = find(time);
    if (!key) return tl::unexpected(key.error());
    auto made = WrappingKey::create(*key);
    if (!made) return tl::unexpected(made.error());
    wrapping_ = std::make_shared<const WrappingKey>(*std::move(made));
    made_ = time;
    return wrapping_;
}

Result<PublicKey> SealingKeys::find(std::chrono::sys_seconds time) {
    const Epoch epoch = Epoch::of(time);
    if (found_ && found_->asked == epoch) return found_->key;
    auto key = last_public_key(directory_, epoch);
    if (!key) return key;
    if (key->epoch == epoch) found_ = Found{epoch, *key};  // or a new one shall be seen at once
    return key;
}

}  // namespace smarttls::store

// SPDX-License-Identifier: Apache-2.0
#include "milter/sealed_copy.h"

#include "store/sealing/key.h"

namespace smarttls::milter {
namespace {

using policy::Result;

std::span<const unsigned char> bytes_of(std::string_view text) {
    return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

/// libmilter gives folded values with bare LF and without the blank behind the colon.
std::string head_of(const HeaderFields& fields) {
    std::string head;
    for (const auto& [name, value] : fields) {
        head.append(name).append(": ");
        for (const char byte : value) {
            if (byte == '\n' && !head.ends_with('\r')) head += '\r';
            head += byte;
        }
        head.append("\r\n");
    }
    return head.append("\r\n");
}

Result<store::SealedWriter> open_writer(const policy::StoreSettings& settings,
                                        policy::WallTime now) {
    auto key = store::load_public_key(settings.public_keys, store::Epoch::of(now));
    if (!key) return because(key, "no message can be sealed (smarttls keys create)");
    return store::SealedWriter::create(settings.sealed, *key);
}

}  // namespace

SealedCopy::SealedCopy(const policy::StoreSettings& settings, const HeaderFields& fields,
                       policy::WallTime now)
    : writer_(open_writer(settings, now)) {
    append(bytes_of(head_of(fields)));
}

void SealedCopy::append(std::span<const unsigned char> chunk) {
    if (!writer_) return;
    auto written = writer_->append(chunk);
    if (!written) writer_ = tl::unexpected(written.error());  // its file goes with it
}

Result<store::SealedFacts> SealedCopy::finish(const store::SealedEnvelope& envelope) {
    if (!writer_) return tl::unexpected(writer_.error());
    return writer_->finish(to_text(envelope));
}

bool SealedCopy::is_possible() const {
    return writer_ || writer_.error().kind != policy::ErrorKind::Misconfigured;
}

void SealedCopy::keep() {
    if (writer_) writer_->keep();
}

}  // namespace smarttls::milter

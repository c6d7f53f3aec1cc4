// SPDX-License-Identifier: Apache-2.0
#include "milter/sealed_copy.h"

#include <algorithm>

#include "milter/content_hash.h"
#include "policy/text.h"
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

bool is_named(const std::pair<std::string, std::string>& field, std::string_view name) {
    return policy::equal_ignoring_case(field.first, name);
}

/// Length in front, so that no two lists of parts read the same.
void feed(ContentHash& hash, std::string_view part) {
    hash.update(bytes_of(std::to_string(part.size()) + ":"));
    hash.update(bytes_of(part));
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

Result<store::Registration> SealedCopy::finish(const store::SealedEnvelope& envelope,
                                               std::string identity) {
    if (!writer_) return tl::unexpected(writer_.error());
    auto sealed = writer_->finish(to_text(envelope));
    if (!sealed) return tl::unexpected(sealed.error());
    return store::Registration{*std::move(sealed), std::move(identity), envelope.recipients};
}

void SealedCopy::keep() {
    if (writer_) writer_->keep();
}

std::string identity_of(const std::string& sender, const HeaderFields& fields,
                        const std::string& content_sha256, const std::string& queue_id) {
    const auto added = [&](const auto& field) {
        return is_named(field, "Message-Id") && !queue_id.empty() &&
               field.second.find(queue_id) != std::string::npos;
    };
    const bool by_postfix = std::any_of(fields.begin(), fields.end(), added);
    ContentHash hash;
    feed(hash, sender);
    for (const auto& field : fields) {
        if (by_postfix && (added(field) || is_named(field, "Date"))) continue;
        feed(hash, policy::to_lower(field.first));
        feed(hash, field.second);
    }
    feed(hash, content_sha256);
    return hash.finish();
}

}  // namespace smarttls::milter

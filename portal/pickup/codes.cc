// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/codes.h"

#include <algorithm>
#include <array>

#include "policy/text.h"

namespace smarttls::portal {
namespace {

using policy::Result;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;

struct Limit {
    std::string_view name;
    std::int64_t most;
    std::chrono::minutes window;
};

/// In the order of LimitKind.
constexpr std::array<Limit, 6> kLimits{{{"wrong pickup", 10, 1h},
                                        {"wrong address", 20, 24h},
                                        {"wrong client", 30, 1h},
                                        {"asked pickup", 4, 10min},
                                        {"asked number", 10, 24h},
                                        {"asked client", 30, 1h}}};

const Limit& limit_of(const Subject& subject) { return kLimits[static_cast<std::size_t>(subject.kind)]; }

}  // namespace

std::string_view to_string(Factor factor) {
    switch (factor) {
        case Factor::Sms: return kSmsFactor;
        case Factor::AccessCode: return kAccessCodeFactor;
        case Factor::Email: return kEmailFactor;
    }
    return kSmsFactor;
}

Factor factor_of(std::string_view name) {
    if (name == kAccessCodeFactor) return Factor::AccessCode;
    return name == kEmailFactor ? Factor::Email : Factor::Sms;
}

store::SecretHash code_hash(const store::PortalKey& key, std::int64_t pickup, std::string_view code) {
    std::string text = std::to_string(pickup) + " ";
    for (const char byte : code) {
        if (byte != '-' && byte > ' ') text += policy::to_lower(byte);
    }
    return key.hash(store::Secret::Code, text);
}

store::SecretHash Limits::hash_of(const Subject& subject) const {
    return key_.hash(store::Secret::Client, std::string(limit_of(subject).name) + " " + subject.whom);
}

Result<int> Limits::left(const std::vector<Subject>& subjects) {
    std::int64_t least = limit_of({LimitKind::WrongClient, {}}).most;
    for (const Subject& subject : subjects) {
        const auto counted = secrets_.counted(hash_of(subject), now_ - limit_of(subject).window);
        if (!counted) return tl::unexpected(counted.error());
        least = std::min(least, limit_of(subject).most - *counted);
    }
    return static_cast<int>(std::max(least, std::int64_t{0}));
}

Result<void> Limits::count(const std::vector<Subject>& subjects) {
    for (const Subject& subject : subjects) {
        if (auto counted = secrets_.count(hash_of(subject), now_); !counted) return counted;
    }
    return policy::ok();
}

Result<void> Limits::forget(const Subject& subject) { return secrets_.forget(hash_of(subject)); }

}  // namespace smarttls::portal

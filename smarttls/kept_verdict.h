// SPDX-License-Identifier: Apache-2.0
//
// KeptVerdict: a verdict together with its JSON, which is rendered once and answered many times.
//
//     auto verdict = std::make_shared<const KeptVerdict>(std::move(found));
//
// Threads: immutable.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "policy/verdict.h"
#include "smarttls/verdict_json.h"

namespace smarttls::engine {

class KeptVerdict : public policy::Verdict {
  public:
    explicit KeptVerdict(policy::Verdict verdict)
        : Verdict(std::move(verdict)), json_(to_json(*this)) {}
    /// `json` is what the verdict was parsed from.
    KeptVerdict(policy::Verdict verdict, std::string json)
        : Verdict(std::move(verdict)), json_(std::move(json)) {}

    [[nodiscard]] const std::string& json() const { return json_; }

  private:
    std::string json_;
};

using VerdictPtr = std::shared_ptr<const KeptVerdict>;

}  // namespace smarttls::engine

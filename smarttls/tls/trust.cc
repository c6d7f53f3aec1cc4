// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/trust.h"

#include <sys/stat.h>

#include <utility>

#include "smarttls/log.h"

namespace smarttls::engine {

policy::Result<Trust> Trust::open(std::string ca_file) {
    const Stamp stamp = stamp_of(ca_file);  // before reading: a change in between is seen later
    auto context = TlsContext::open(ca_file);
    if (!context) return tl::unexpected(context.error());
    return Trust(std::move(ca_file), stamp, *std::move(context));
}

Trust::Trust(std::string ca_file, Stamp stamp, TlsContext context)
    : ca_file_(std::move(ca_file)), stamp_(stamp), context_(std::move(context)) {}

Trust::Stamp Trust::stamp_of(const std::string& file) {
    struct stat facts {};
    if (::stat(file.c_str(), &facts) != 0) return {};
    constexpr std::int64_t kSecond = 1'000'000'000;
    return {facts.st_dev, facts.st_ino, facts.st_size,
            facts.st_mtim.tv_sec * kSecond + facts.st_mtim.tv_nsec};
}

const TlsContext& Trust::current() {
    const Stamp stamp = stamp_of(ca_file_);
    if (stamp == stamp_) return context_;
    stamp_ = stamp;  // also when it cannot be read: each version is tried, and complained of, once
    if (auto context = TlsContext::open(ca_file_)) {
        context_ = *std::move(context);
        log(Severity::Info, "the CA certificates in " + ca_file_ + " were read again");
    } else {
        log(Severity::Warning, "the CA certificates of before stay: " + context.error().what);
    }
    return context_;
}

}  // namespace smarttls::engine

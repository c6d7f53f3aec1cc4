// SPDX-License-Identifier: Apache-2.0
//
// A sink in memory that keeps news and position together, and may be told to fail; a line in Postfix's form.
// Threads: one.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "milter/delivery/delivery.h"

namespace smarttls::milter::test {

class MemorySink : public DeliverySink {
  public:
    policy::Result<void> take(std::span<const Delivery> news, const Position& behind) override {
        ++asked;
        if (fails) return policy::fail(policy::ErrorKind::Temporary, "no space left on device");
        taken.insert(taken.end(), news.begin(), news.end());
        position = behind;
        return policy::ok();
    }
    policy::Result<std::optional<Position>> last_position(std::string_view source) override {
        if (fails) return policy::fail(policy::ErrorKind::Temporary, "no space left on device");
        return position && position->source == source ? position : std::nullopt;
    }

    /// "AAAAAA BBBBBB", in the order in which they came.
    [[nodiscard]] std::string ids() const {
        std::string text;
        for (const Delivery& one : taken) text += (text.empty() ? "" : " ") + one.queue_id;
        return text;
    }

    bool fails = false;
    int asked = 0;
    std::vector<Delivery> taken;
    std::optional<Position> position;
};

inline std::string log_line(const std::string& message, const std::string& pid = "1") {
    return "2026-11-23T16:41:01Z gw postfix/smtp[" + pid + "]: " + message + "\n";
}
inline std::string sent_line(const std::string& queue_id, const std::string& pid = "1") {
    return log_line(queue_id + ": to=<a@b>, relay=mx.b[192.0.2.1]:25, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (ok)", pid);
}
inline std::string tls_line(const std::string& pid = "1") {
    return log_line("Verified TLS connection established to mx.b[192.0.2.1]:25: TLSv1.3 with cipher X (256/256 bits)", pid);
}

}  // namespace smarttls::milter::test

// SPDX-License-Identifier: Apache-2.0
//
// DNS messages built byte by byte, without ldns: what the tests of smarttls/dns send and compare
// with.
//
//     Bytes packet = Wire(query).flags(kAd).answer("example.org", 15, 300, mx_data(10,
//     "mx.example.org"));
//
// Threads: plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "smarttls/dns/packet.h"

namespace smarttls::engine::wire {

inline constexpr std::uint16_t kTc = 0x0200;
inline constexpr std::uint16_t kRd = 0x0100;
inline constexpr std::uint16_t kRa = 0x0080;
inline constexpr std::uint16_t kAd = 0x0020;
inline constexpr std::uint16_t kCd = 0x0010;

inline constexpr std::uint16_t kA = 1;
inline constexpr std::uint16_t kNs = 2;
inline constexpr std::uint16_t kCname = 5;
inline constexpr std::uint16_t kSoa = 6;
inline constexpr std::uint16_t kMx = 15;
inline constexpr std::uint16_t kTxt = 16;
inline constexpr std::uint16_t kAaaa = 28;
inline constexpr std::uint16_t kRrsig = 46;
inline constexpr std::uint16_t kTlsa = 52;

Bytes u16(unsigned value);
Bytes u32(std::uint32_t value);
Bytes operator+(Bytes left, const Bytes& right);

/// "mx.example.org" without compression; "" is the root.
Bytes name(std::string_view text);
Bytes mx_data(unsigned preference, std::string_view exchange);
Bytes txt_data(const std::vector<std::string>& strings);
Bytes soa_data(std::uint32_t minimum);

/// What a server reads from a query.
struct ReadQuery {
    std::uint16_t id = 0;
    std::uint16_t flags = 0;
    std::string name;
    std::uint16_t type = 0;
    Bytes question;
    Bytes rest;  // the additional section
};
ReadQuery read_query(const Bytes& query);

/// A reply to a query: QR, RD, RA, its id and question; add what the case needs.
class Wire {
  public:
    explicit Wire(const Bytes& query);

    Wire& id(std::uint16_t value);
    Wire& question(std::string_view name_text, std::uint16_t type);
    Wire& flags(std::uint16_t more);
    Wire& rcode(unsigned value);  // 12 bits; above 15 it needs opt()
    Wire& answer(std::string_view owner, std::uint16_t type, std::uint32_t ttl, const Bytes& data);
    Wire& authority(std::string_view owner, std::uint16_t type, std::uint32_t ttl,
                    const Bytes& data);
    Wire& raw_answer(const Bytes& record);
    Wire& opt(const Bytes& options = {});
    Wire& extended_error(std::uint16_t code);

    operator Bytes() const;  // NOLINT: reads better at the place of use

  private:
    std::uint16_t id_;
    std::uint16_t flags_ = 0x8000 | kRd | kRa;
    unsigned rcode_ = 0;
    Bytes question_;
    std::vector<Bytes> answer_;
    std::vector<Bytes> authority_;
    std::vector<Bytes> options_;  // one OPT record each
};

}  // namespace smarttls::engine::wire

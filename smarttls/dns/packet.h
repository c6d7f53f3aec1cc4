// SPDX-License-Identifier: Apache-2.0
//
// DNS packets as pure functions: a question becomes bytes, hostile bytes become a Reply or an
// Error.
//
//     Result<Query> query = build_query(Question("example.org", RecordType::Mx),
//     Checking::Enabled); Result<Reply> reply = parse_reply(*query, packet);
//
// A Reply says what the server said. Whether its AD bit counts and what a SERVFAIL means is decided
// in resolver.cc. Ownership: values. Threads: pure functions (build_query draws a random id).
// Errors: Malformed for a name or packet that is not of the format, Temporary without randomness.
// RFC 1035 §4, RFC 2181 §5, RFC 2308 §§2, 5, RFC 6840 §5.7, RFC 6891, RFC 8914.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "policy/result.h"
#include "smarttls/dns/answer.h"

namespace smarttls::engine {

using Bytes = std::vector<std::uint8_t>;

enum class RecordType : std::uint16_t { A = 1, Cname = 5, Mx = 15, Txt = 16, Aaaa = 28, Tlsa = 52 };

/// Whether the resolver is to validate: Disabled sets the CD bit (RFC 4035 §3.2.2).
enum class Checking { Enabled, Disabled };

/// Whether the query carries an OPT record (RFC 6891): without, replies are 512 bytes at most.
enum class Edns { With, Without };

/// RFC 1035 §4.1.1; other numbers occur.
enum class Rcode : std::uint16_t {
    NoError = 0,
    FormErr = 1,
    ServFail = 2,
    NxDomain = 3,
    NotImp = 4,
    Refused = 5,
    BadVers = 16,  // RFC 6891 §9
};

struct Question {
    Question(std::string asked_name, RecordType asked_type)
        : name(std::move(asked_name)), type(asked_type) {}
    std::string name;  // as DomainName::str()
    RecordType type;
};

struct Query {
    Question question;
    Bytes bytes;
};

using AnyRecord = std::variant<MxRecord, policy::IpAddress, TlsaRecord, TxtRecord, CnameRecord>;

struct Reply {
    Rcode rcode = Rcode::ServFail;               // with the upper bits of RFC 6891 §6.1.3
    bool authenticated = false;                  // the AD bit, from whomever
    std::vector<std::uint16_t> extended_errors;  // INFO-CODEs of RFC 8914 §2

    // The rest is set for NoError and NxDomain alone.
    DnsOutcome outcome = DnsOutcome::None;
    std::vector<AnyRecord> records;  // all of the question's type, in the order of the packet
    std::string canonical_name;      // end of the CNAME chain
    std::chrono::seconds ttl{0};     // as Answer::ttl; 0 for a negative answer without SOA
};

[[nodiscard]] std::string to_string(RecordType type);
[[nodiscard]] std::string to_string(Rcode rcode);

/// A standard query with a fresh random id, RD, AD, and DO where there is EDNS.
[[nodiscard]] policy::Result<Query> build_query(Question question, Checking checking,
                                                Edns edns = Edns::With);

/// True if `packet` is a response with the id, opcode and question of `query`. Everything else on
/// a UDP socket is somebody's guess and is dropped.
[[nodiscard]] bool is_reply_to(std::span<const std::uint8_t> query,
                               std::span<const std::uint8_t> packet);

/// The TC bit: ask again over TCP (RFC 2181 §9).
[[nodiscard]] bool is_truncated(std::span<const std::uint8_t> packet);

/// Malformed when the packet is no complete reply to the query: another question, TC, a frame that
/// does not add up, a CNAME loop, more than 100 records of the type, a referral.
[[nodiscard]] policy::Result<Reply> parse_reply(const Query& query,
                                                std::span<const std::uint8_t> packet);

}  // namespace smarttls::engine

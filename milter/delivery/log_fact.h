// SPDX-License-Identifier: Apache-2.0
//
// LogFact: what one line of an MTA's log says, as far as deliveries are concerned; the common form of
// postfix_line.h and sendmail_line.h, which delivery_assembler.h joins.
//
// Ownership: texts borrow the line. Threads: plain values.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "milter/delivery/delivery.h"

namespace smarttls::milter {

/// A connection to a server has TLS from now on, or is used again with it.
struct TlsStarted {
    std::string_view relay;  // "mx.example.nl[192.0.2.1]:25"; Sendmail: the host name alone
    Trust trust = Trust::Untrusted;
    std::string_view version;
    std::string_view cipher;
    int bits = 0;
};

/// One attempt at recipients that share its outcome.
struct Attempt {
    std::string_view queue_id;
    std::vector<std::string_view> recipients;  // without < >
    std::string_view original_recipient;
    std::string_view relay;
    std::string_view dsn;
    std::string_view tls_level;
    DeliveryStatus status = DeliveryStatus::Deferred;
    std::string_view reply;
    std::string_view successor;
};

/// Something about a message as a whole: Expired, Deleted, Requeued or Removed.
struct MessageNews {
    std::string_view queue_id;
    DeliveryStatus status = DeliveryStatus::Removed;
    std::string_view reply;
    std::string_view successor;
};

/// The process lost its connection: the next one to the same server may be without TLS.
struct ConnectionLost {};

/// The line should say what became of a recipient, but cannot be read.
struct Unreadable {};

/// Nothing: the line does not matter.
using LogFact =
    std::variant<std::monostate, TlsStarted, Attempt, MessageNews, ConnectionLost, Unreadable>;

}  // namespace smarttls::milter

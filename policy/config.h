// SPDX-License-Identifier: Apache-2.0
//
// Config: everything that an administrator can set, as an immutable snapshot. policy/options.cc
// holds one row per option; parser, shipped file and manual are made from it or checked against it.
//
//     Result<Config> config = load_config("/etc/smarttls/smarttls.conf");
//
// Format: "key = value" lines in [sections]; '#' and ';' begin a comment line. Files in conf.d/*.conf
// beside the file are read after it in the order of their names and override it.
// Threads: immutable values. Errors: Misconfigured; `what` has one line per mistake:
// "file:line: what is wrong; did you mean ...?".
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/address_pattern.h"
#include "policy/client.h"
#include "policy/network.h"
#include "policy/result.h"
#include "policy/triggers.h"
#include "policy/verdict.h"

namespace smarttls::policy {

inline constexpr std::string_view kDefaultConfigFile = "/etc/smarttls/smarttls.conf";

/// An address with a port: "127.0.0.1:53", "[::1]:53".
struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;
    [[nodiscard]] std::string str() const;
};

/// Which MX hosts count for the level of a domain.
enum class MxScope { All, Best };

struct EngineSettings {
    std::string socket;
    std::vector<Endpoint> resolvers;
    std::vector<Network> trust_ad;
    std::string ca_file;
    std::string profile;  // name or path of what TLS is graded by
    std::vector<Network> allow_network;  // beside the public addresses
    MxScope mx = MxScope::All;
    std::string helo_name;       // empty: the host's name
    std::string source_address;  // empty: the system chooses
    std::chrono::seconds probe_deadline{};
    std::chrono::seconds min_ttl{};
    std::chrono::seconds max_ttl{};
    std::chrono::seconds failure_ttl{};
    std::chrono::seconds session_interval{};
    std::uint32_t session_limit = 0;
    std::chrono::seconds insecure_ttl{};
    std::chrono::seconds stale_ttl{};
    std::chrono::seconds best_seen_ttl{};
    std::uint32_t cache_entries = 0;
    std::uint64_t cache_memory = 0;  // bytes
    std::uint64_t cache_size = 0;    // bytes
    std::string cache_file;  // empty: nothing survives a restart
    std::string metrics_socket;  // empty: no metrics
    bool tlsrpt = false;  // answers carry the attributes that Postfix 3.10 understands
};

/// A route of the site's own that may carry class mail although we do not enforce it: the transport
/// alone ("lmtp") or with its next hop ("smtp:[relay.example.nl]:587").
struct TrustedRoute {
    std::string transport;
    std::optional<std::string> next_hop;
};

/// Shadow: everything is decided and recorded, and mail passes as if it had no class. In order of strength.
enum class Mode { Shadow, Enforce };

/// What happens to control headers of clients that may not set a class, or to their mail.
enum class UntrustedControl { Remove, Refuse };

struct MilterSettings {
    std::string socket;
    Mode mode = Mode::Enforce;
    std::vector<AddressPattern> shadow_senders;
    std::vector<AddressPattern> enforce_senders;
    std::string control_header;
    std::string phone_header;
    std::string code_header;
    std::vector<Network> trusted_networks;
    std::vector<CertificatePattern> trusted_certificates;
    UntrustedControl untrusted_control = UntrustedControl::Remove;
    std::vector<TrustedRoute> trusted_routes;
    Endpoint canary;                     // where the MTA listens with this milter attached
    std::string canary_recipient;
    std::chrono::seconds canary_interval{};
    Endpoint submit_to;                  // where the MTA takes mail of our own
    std::string postfix_config;          // directory of main.cf
    std::chrono::seconds verdict_deadline{};
    std::uint32_t session_limit = 0;
    std::vector<std::string> consumer_domains;  // files
};

/// Where events are told for a SIEM (store/event_feed.h).
struct EventSettings {
    std::string file;  // empty: none
    bool syslog = false;
    bool with_personal_data = false;
};

struct StoreSettings {
    std::string evidence;      // path of the SQLite file
    std::string sealed;        // directory
    std::string message_keys;  // path of the SQLite file
    std::string public_keys;   // directory
    std::string address_key;   // path of the key under which addresses are hashed
    std::string log_key;       // path of the key that signs the log
    std::string log_origin;    // the log's name; empty: made of the machine's
    EventSettings events{};
    std::string checkpoint_file = {};  // path to which each checkpoint is appended; empty: none
    std::string timestamp_url = {};    // of a time stamping authority; empty: none
    std::string timestamp_ca = {};     // PEM file of the authorities that are trusted with it
};

/// Bounds of what a person may except from the classes (policy/exception.h).
struct ExceptionSettings {
    std::chrono::seconds longest{};  // from creation to end
    bool four_eyes = false;          // a second person has to approve
    std::string security_contact;    // who gets the reports; empty: no exception can be made
};

/// Which program's log tells what became of the mail.
enum class Mta { Postfix, Sendmail };

/// The log that the MTA writes about its deliveries; at most one of file and journal is followed.
struct DeliveryLogSettings {
    std::string file;     // empty: the journal, if that is set
    std::string journal;  // unit or syslog identifier; empty: none
    Mta mta = Mta::Postfix;
};

struct HeaderField {
    std::string name;
    std::string value;
};

enum class Language { Dutch, English };

/// Where mail waits for its recipients (portal/).
struct PortalSettings {
    std::string private_keys;  // directory
    std::string directory;     // of its own databases and keys
    std::string listen;        // path of a UNIX socket, or address:port; empty: no pages
    std::vector<Network> trusted_proxies;  // whose word on a client's address counts
    std::string url;           // of the pages, without a slash at the end; empty: nobody is told of mail for pickup
    std::string organisation;  // whose mail it is, in words
    std::string notice_address;  // before the @ of the sender's domain: notices come from there
    Endpoint relay;            // where the MTA takes mail of the portal, past the milter
    Language language = Language::Dutch;   // of notices
    std::vector<std::string> templates;    // directories; the first that has one counts
};

/// How text messages are sent: an HTTP service, or a program. In url, header and body {{number}} and {{text}} are
/// replaced.
struct SmsSettings {
    std::string url;  // empty: a program, if there is one
    std::string method;
    std::vector<HeaderField> headers;
    std::string body;
    std::string ca_file;  // PEM; empty: the system's
    std::string command;  // path; the number is its argument, the text its input
};

/// By what a recipient may show who he is.
struct PickupFactors {
    bool sms = false;
    bool access_code = false;
    bool email = false;
};

/// What the sender of a message is told about its pickup.
struct SenderNews {
    bool bounced = false;        // the notice did not arrive
    bool missing_phone = false;  // nothing is there by which a recipient can show who he is
    bool read = false;
    bool expired = false;
};

/// What is kept of the addresses from which recipients come.
enum class ClientAddress { No, Hashed, Yes };

/// How mail of a class waits for pickup.
struct PickupRules {
    PickupFactors factors;
    std::chrono::seconds expiry{};
    std::chrono::seconds reminder{};      // before the end; 0: none
    std::chrono::seconds trust_device{};  // 0: never
    SenderNews tell_sender;
    ClientAddress client_address = ClientAddress::Hashed;
};

/// What happens to a recipient that does not reach the class's level or grade.
/// In order of severity, as Outcome.
enum class Shortfall { Portal, Hold, Reject };

/// What a class asks of the recipient domain's NTA 7516 record: nothing but a note in the evidence, or
/// that there is a valid one.
enum class NtaRecord { Recorded, Required };

/// What happens to a recipient of whom nobody could find out: the mail waits in the MTA's queue under
/// its floor, or is kept for pickup as well as if it fell short. In order of severity.
enum class Uncertain { Queue, Portal };

/// What happens to a recipient with a mailbox at a consumers' provider (policy/recipient_kind.h).
enum class ConsumerMail { AsOthers, Portal };

/// One kind of sensitive mail: a section [class.NAME].
struct MailClass {
    std::string name;
    Floor level = Floor::Dane;
    Grade grade = Grade::Insufficient;  // the least; Insufficient takes any
    NtaRecord nta_record = NtaRecord::Recorded;
    Shortfall insecure = Shortfall::Hold;
    std::optional<Shortfall> plaintext;  // for servers without STARTTLS; `insecure` when not set
    Uncertain unknown = Uncertain::Queue;
    ConsumerMail consumer = ConsumerMail::AsOthers;
    std::chrono::seconds evidence_retention{};  // 0: for ever
    std::vector<HeaderField> set_headers;
    std::vector<std::string> remove_headers;
    PickupRules pickup;
    Mode mode = Mode::Enforce;
    Triggers triggers = {};
    InboundTls require_inbound_tls = InboundTls::None;
    bool removes_subject_tags = false;
    std::string added_subject_tag = {};  // empty: none
};

struct Config {
    EngineSettings engine;
    MilterSettings milter;
    StoreSettings store;
    DeliveryLogSettings delivery_log;
    PortalSettings portal;
    SmsSettings sms;
    ExceptionSettings exceptions;
    std::vector<MailClass> classes;
    std::string version;  // 16 hex digits that change with every effective change of the text

    [[nodiscard]] const MailClass* find_class(std::string_view name) const;  // ignores case
};

struct ConfigText {
    std::string file;  // for messages
    std::string text;
};

[[nodiscard]] Result<Config> parse_config(const std::vector<ConfigText>& files);
[[nodiscard]] Result<Config> load_config(const std::string& file);

}  // namespace smarttls::policy

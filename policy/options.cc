// SPDX-License-Identifier: Apache-2.0
#include "policy/options.h"

#include <algorithm>
#include <array>

#include "policy/option_setters.h"
#include "policy/portal_options.h"
#include "policy/text.h"
#include "policy/values.h"

namespace smarttls::policy {
namespace {

Result<MxScope> read_mx_scope(std::string_view text) {
    if (text == "all") return MxScope::All;
    if (text == "best") return MxScope::Best;
    return fail(ErrorKind::Malformed, quote(text) + " is neither all nor best");
}

/// The name of a key in a signed note has neither blanks nor a plus sign.
Result<std::string> read_log_origin(std::string_view text) {
    const bool is_name = std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte < 0x7f && byte != '+'; });
    if (is_name) return std::string(text);
    return fail(ErrorKind::Malformed, "not the name of a log, such as mail.example.nl/smarttls: " + quote(text));
}

Result<Mta> read_mta(std::string_view text) {
    if (text == "postfix") return Mta::Postfix;
    if (text == "sendmail") return Mta::Sendmail;
    return fail(ErrorKind::Malformed, quote(text) + " is neither postfix nor sendmail");
}

/// A unit or pattern of units, or a syslog identifier: one word, which is no flag of journalctl.
Result<std::string> read_journal(std::string_view text) {
    const bool word = std::all_of(text.begin(), text.end(), [](char b) { return b > 0x20 && b < 0x7f; });
    if (word && !text.starts_with('-')) return std::string(text);
    return fail(ErrorKind::Malformed, quote(text) + " is no unit and no syslog identifier");
}

Result<UntrustedControl> read_untrusted_control(std::string_view text) {
    if (text == "remove") return UntrustedControl::Remove;
    if (text == "refuse") return UntrustedControl::Refuse;
    return fail(ErrorKind::Malformed, quote(text) + " is neither remove nor refuse");
}

using Text = std::string_view;
constexpr std::uint16_t kDnsPort = 53;
constexpr std::uint16_t kSmtpPort = 25;

constexpr auto kOptions = std::to_array<Option<Config>>({
    {"engine", "socket", "/var/spool/postfix/smarttlsd/engine.sock", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.socket, read_path(v)); }, nullptr,
     "UNIX socket on which the engine answers; inside Postfix's queue directory, so that its "
     "chrooted processes reach it."},
    {"engine", "resolver", "127.0.0.1:53", Repeat::Words,
     [](Config& c, Text v) { return add(c.engine.resolvers, read_endpoint(v, kDnsPort)); },
     [](Config& c) { c.engine.resolvers.clear(); },
     "DNS resolver, address[:port]; it should validate DNSSEC and run on this machine."},
    {"engine", "trust-ad", "127.0.0.0/8 ::1", Repeat::Words,
     [](Config& c, Text v) { return add(c.engine.trust_ad, Network::parse(v)); },
     [](Config& c) { c.engine.trust_ad.clear(); },
     "Resolvers whose word that an answer is DNSSEC-validated (the AD bit) counts."},
    {"engine", "ca-file", "/etc/ssl/certs/ca-certificates.crt", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.ca_file, read_path(v)); }, nullptr,
     "Root certificates that are trusted where DANE does not authenticate."},
    {"engine", "profile", "ncsc-nl-2025-05", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.profile, read_profile(v)); }, nullptr,
     "Guideline that TLS is graded by: ncsc-nl-2025-05, ncsc-nl-2021-01, or a file of your own."},
    {"engine", "allow-network", "", Repeat::Words,
     [](Config& c, Text v) { return add(c.engine.allow_network, Network::parse(v)); },
     [](Config& c) { c.engine.allow_network.clear(); },
     "Network that may be probed although it is not public (laboratories, internal relays)."},
    {"engine", "mx", "all", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.mx, read_mx_scope(v)); }, nullptr,
     "Which mail servers of a domain count: all, or best (those of the best preference)."},
    {"engine", "helo-name", "", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.helo_name, read_helo_name(v)); },
     [](Config& c) { c.engine.helo_name.clear(); }, "Name in EHLO; should have a matching PTR record. Empty: this machine's name."},
    {"engine", "source-address", "", Repeat::No,
     [](Config& c, Text v) {
         auto address = IpAddress::parse(v);
         if (!address) return Result<void>(tl::unexpected(address.error()));
         c.engine.source_address = address->str();
         return ok();
     },
     [](Config& c) { c.engine.source_address.clear(); },
     "Local address from which servers are probed. Empty: the system chooses."},
    {"engine", "probe-deadline", "90s", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.probe_deadline, read_duration(v)); }, nullptr,
     "Longest time for one probe of all mail servers of a domain."},
    {"engine", "min-ttl", "1m", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.min_ttl, read_duration(v)); }, nullptr,
     "Shortest time for which a verdict is kept, whatever the DNS says."},
    {"engine", "max-ttl", "1h", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.max_ttl, read_duration(v)); }, nullptr,
     "Longest time for which a verdict is kept, whatever the DNS says."},
    {"engine", "failure-ttl", "1m", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.failure_ttl, read_duration(v)); }, nullptr,
     "How long the verdict \"unknown\" is kept before the next probe."},
    {"engine", "session-interval", "0s", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.session_interval, read_duration(v)); }, nullptr,
     "Least time between two SMTP sessions with one address; there is never more than one at once."},
    {"engine", "session-limit", "10000", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.session_limit, read_count(v)); }, nullptr,
     "Most SMTP sessions open at once, over all addresses."},
    {"engine", "insecure-ttl", "5m", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.insecure_ttl, read_duration(v)); }, nullptr,
     "Longest time for which the verdicts plaintext and forbidden are kept."},
    {"engine", "stale-ttl", "1h", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.stale_ttl, read_duration(v)); }, nullptr,
     "How long a good verdict still counts after its end while nothing newer can be found out."},
    {"engine", "best-seen-ttl", "30d", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.best_seen_ttl, read_duration(v)); }, nullptr,
     "How long a domain's best level is remembered, so that losing it raises an alarm."},
    {"engine", "cache-entries", "50000", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.cache_entries, read_count(v)); }, nullptr,
     "Most verdicts kept in memory; the least recently used go first."},
    {"engine", "cache-memory", "256M", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.cache_memory, read_size(v)); }, nullptr,
     "Memory that those verdicts may take together, about."},
    {"engine", "cache-size", "1G", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.cache_size, read_size(v)); }, nullptr,
     "Size that the database may have; the verdicts that were used longest ago go first."},
    {"engine", "cache-file", "/var/lib/smarttlsd/cache.db", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.cache_file, read_path_or_none(v)); }, nullptr,
     "Database that keeps verdicts and MTA-STS policies over a restart. Empty: memory only."},
    {"engine", "metrics-socket", "", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.metrics_socket, read_path_or_none(v)); },
     [](Config& c) { c.engine.metrics_socket.clear(); },
     "UNIX socket on which metrics in the text format of Prometheus are served as GET /metrics."},
    {"engine", "postfix-tlsrpt", "no", Repeat::No,
     [](Config& c, Text v) { return store(c.engine.tlsrpt, read_switch(v)); }, nullptr,
     "Whether answers to Postfix carry the attributes for its TLSRPT (yes: Postfix 3.10 or newer)."},
    {"milter", "socket", "/var/spool/postfix/smarttls/milter.sock", Repeat::No,
     [](Config& c, Text v) { return store(c.milter.socket, read_milter_socket(v)); }, nullptr,
     "Where the MTA reaches the milter: a path, or inet:port@host."},
    {"milter", "mode", "enforce", Repeat::No,
     [](Config& c, Text v) { return store(c.milter.mode, read_mode(v)); }, nullptr,
     "Enforce, or shadow: decides and records everything and lets all mail pass as it would without it."},
    {"milter", "shadow-sender", "", Repeat::Words,
     [](Config& c, Text v) { return add(c.milter.shadow_senders, AddressPattern::parse_address(v)); },
     [](Config& c) { c.milter.shadow_senders.clear(); },
     "Envelope senders whose mail is in shadow mode: address, @domain or .domain (subdomains)."},
    {"milter", "enforce-sender", "", Repeat::Words,
     [](Config& c, Text v) { return add(c.milter.enforce_senders, AddressPattern::parse_address(v)); },
     [](Config& c) { c.milter.enforce_senders.clear(); },
     "Envelope senders for whom it enforces although mode or shadow-sender says shadow: the first users."},
    {"milter", "control-header", "X-SmartTLS-Class", Repeat::No,
     [](Config& c, Text v) { return store(c.milter.control_header, read_header_name(v)); }, nullptr,
     "Header field whose value names the class of a message; always removed."},
    {"milter", "phone-header", "X-SmartTLS-Phone", Repeat::No,
     [](Config& c, Text v) { return store(c.milter.phone_header, read_header_name(v)); }, nullptr,
     "Header field with phone numbers for pickup: +31612345678 for the one recipient, or address=number, ..."},
    {"milter", "code-header", "X-SmartTLS-Code", Repeat::No,
     [](Config& c, Text v) { return store(c.milter.code_header, read_header_name(v)); }, nullptr,
     "Header field with an access code for pickup, which the sender tells the recipients; always removed."},
    {"milter", "trusted-network", "127.0.0.0/8 ::1", Repeat::Words,
     [](Config& c, Text v) { return add(c.milter.trusted_networks, Network::parse(v)); },
     [](Config& c) { c.milter.trusted_networks.clear(); },
     "Clients that may set a class without authentication; authenticated ones always may."},
    {"milter", "trusted-certificate", "", Repeat::Lines,
     [](Config& c, Text v) { return add(c.milter.trusted_certificates, CertificatePattern::parse(v)); },
     [](Config& c) { c.milter.trusted_certificates.clear(); },
     "Verified certificate whose client may set a class: name[; issuer=NAME][; tenant=GUID], or sha256=HEX."},
    {"milter", "untrusted-control", "remove", Repeat::No,
     [](Config& c, Text v) { return store(c.milter.untrusted_control, read_untrusted_control(v)); }, nullptr,
     "What happens to control headers of clients that may not set a class: remove (them), or refuse (the mail)."},
    {"milter", "trusted-route", "local virtual lmtp", Repeat::Words,
     [](Config& c, Text v) { return add(c.milter.trusted_routes, read_trusted_route(v)); },
     [](Config& c) { c.milter.trusted_routes.clear(); },
     "Route of the site's own, transport[:nexthop], that may carry class mail unenforced."},
    {"milter", "canary", "127.0.0.1:25", Repeat::No,
     [](Config& c, Text v) { return store(c.milter.canary, read_endpoint(v, kSmtpPort)); }, nullptr,
     "Where the MTA takes mail through this milter: the canary proves the routes there."},
    {"milter", "canary-recipient", "smarttls-canary@example.invalid", Repeat::No,
     [](Config& c, Text v) { return store(c.milter.canary_recipient, read_mailbox(v)); }, nullptr,
     "Recipient that the canary names before it resets; must be accepted from this machine."},
    {"milter", "canary-interval", "30s", Repeat::No,
     [](Config& c, Text v) { return store(c.milter.canary_interval, read_duration(v)); }, nullptr,
     "How old the canary's proof may be when class mail is accepted."},
    {"milter", "submit-to", "127.0.0.1:25", Repeat::No,
     [](Config& c, Text v) { return store(c.milter.submit_to, read_endpoint(v, kSmtpPort)); }, nullptr,
     "Where the MTA takes the notices that senders get when one of several recipients is refused."},
    {"milter", "postfix-config", "/etc/postfix", Repeat::No,
     [](Config& c, Text v) { return store(c.milter.postfix_config, read_path(v)); }, nullptr,
     "Directory of Postfix's main.cf and master.cf, whose floor transports are checked."},
    {"milter", "verdict-deadline", "25s", Repeat::No,
     [](Config& c, Text v) { return store(c.milter.verdict_deadline, read_duration(v)); }, nullptr,
     "Longest wait for the engine at end of message; below milter_content_timeout."},
    {"milter", "session-limit", "2000", Repeat::No,
     [](Config& c, Text v) { return store(c.milter.session_limit, read_count(v)); }, nullptr,
     "Most SMTP sessions at once; the MTA defers the mail of others (451)."},
    {"milter", "consumer-domains", "consumer-domains", Repeat::Words,
     [](Config& c, Text v) { return add(c.milter.consumer_domains, read_profile(v)); },
     [](Config& c) { c.milter.consumer_domains.clear(); },
     "Lists of the providers at which consumers have mailboxes: the shipped one, or files of your own."},
    {"store", "evidence", "/var/lib/smarttls/evidence.db", Repeat::No,
     [](Config& c, Text v) { return store(c.store.evidence, read_path(v)); }, nullptr,
     "Database of the evidence, written by the milter alone."},
    {"store", "sealed", "/var/lib/smarttls/sealed", Repeat::No,
     [](Config& c, Text v) { return store(c.store.sealed, read_path(v)); }, nullptr,
     "Directory of the messages that are kept for pickup, one encrypted file each."},
    {"store", "message-keys", "/var/lib/smarttls/message-keys.db", Repeat::No,
     [](Config& c, Text v) { return store(c.store.message_keys, read_path(v)); }, nullptr,
     "Database of the wrapped keys of evidence and sealed messages; back it up apart, and keep that shorter."},
    {"store", "public-keys", "/etc/smarttls/keys", Repeat::No,
     [](Config& c, Text v) { return store(c.store.public_keys, read_path(v)); }, nullptr,
     "Directory of the public keys, one for each month, that evidence and messages for pickup are sealed to."},
    {"store", "address-key", "/var/lib/smarttls/address.key", Repeat::No,
     [](Config& c, Text v) { return store(c.store.address_key, read_path(v)); }, nullptr,
     "Key under which the evidence is searched for addresses; made at the first start."},
    {"store", "log-key", "/var/lib/smarttls/log.key", Repeat::No,
     [](Config& c, Text v) { return store(c.store.log_key, read_path(v)); }, nullptr,
     "Key that signs the checkpoints of the evidence log; made at the first start."},
    {"store", "log-origin", "", Repeat::No,
     [](Config& c, Text v) { return store(c.store.log_origin, read_log_origin(v)); },
     [](Config& c) { c.store.log_origin.clear(); },
     "Name of the evidence log, unique in the world, such as mail.example.nl/smarttls; empty: made of the host name, once."},
    {"store", "checkpoint-file", "", Repeat::No,
     [](Config& c, Text v) { return store(c.store.checkpoint_file, read_path_or_none(v)); },
     [](Config& c) { c.store.checkpoint_file.clear(); },
     "File to which each signed checkpoint of the evidence log is appended, so that cron can mail it away; empty: none."},
    {"store", "timestamp-url", "", Repeat::No,
     [](Config& c, Text v) { return store(c.store.timestamp_url, read_http_url(v)); },
     [](Config& c) { c.store.timestamp_url.clear(); },
     "Where an authority puts a trusted time (RFC 3161) on each checkpoint, by http: or https:; empty: none."},
    {"store", "timestamp-ca", "", Repeat::No,
     [](Config& c, Text v) { return store(c.store.timestamp_ca, read_path_or_none(v)); },
     [](Config& c) { c.store.timestamp_ca.clear(); },
     "File of the certificates (PEM) that such an authority's timestamps lead to; needed with timestamp-url."},
    {"events", "file", "", Repeat::No,
     [](Config& c, Text v) { return store(c.store.events.file, read_path_or_none(v)); },
     [](Config& c) { c.store.events.file.clear(); },
     "File to which each event of the evidence is appended as a line of JSON, for a SIEM; empty: none."},
    {"events", "syslog", "no", Repeat::No,
     [](Config& c, Text v) { return store(c.store.events.syslog, read_switch(v)); }, nullptr,
     "Whether these lines go to the system's log, too: yes or no."},
    {"events", "personal-data", "no", Repeat::No,
     [](Config& c, Text v) { return store(c.store.events.with_personal_data, read_switch(v)); }, nullptr,
     "Whether they name senders and recipients: yes or no."},
    {"delivery-log", "file", "", Repeat::No,
     [](Config& c, Text v) { return store(c.delivery_log.file, read_path_or_none(v)); },
     [](Config& c) { c.delivery_log.file.clear(); },
     "Log file of the MTA, which is read for what became of class mail; the milter must be able to read it."},
    {"delivery-log", "journal", "", Repeat::No,
     [](Config& c, Text v) { return store(c.delivery_log.journal, read_journal(v)); },
     [](Config& c) { c.delivery_log.journal.clear(); },
     "Without a file: the unit (postfix@-.service) or syslog identifier whose journal is read instead."},
    {"delivery-log", "mta", "postfix", Repeat::No,
     [](Config& c, Text v) { return store(c.delivery_log.mta, read_mta(v)); }, nullptr,
     "Who writes that log: postfix or sendmail."},
    {"exceptions", "max-duration", "90d", Repeat::No,
     [](Config& c, Text v) { return store(c.exceptions.longest, read_duration(v)); }, nullptr,
     "Longest time for which an exception may hold."},
    {"exceptions", "four-eyes", "no", Repeat::No,
     [](Config& c, Text v) { return store(c.exceptions.four_eyes, read_switch(v)); }, nullptr,
     "Whether an exception holds only when a second person has approved it: yes or no."},
    {"exceptions", "security-contact", "", Repeat::No,
     [](Config& c, Text v) { return store(c.exceptions.security_contact, read_mailbox(v)); },
     [](Config& c) { c.exceptions.security_contact.clear(); },
     "Who is told by mail of each exception and each use of one. Empty: none can be made."},
});

}  // namespace

std::span<const Option<Config>> options() {
    static const std::vector<Option<Config>> kAll = joined<Option<Config>>(kOptions, portal_options());
    return kAll;
}

}  // namespace smarttls::policy

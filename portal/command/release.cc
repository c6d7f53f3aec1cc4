// SPDX-License-Identifier: Apache-2.0
#include "portal/command/release.h"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <regex>

#include "policy/exception.h"
#include "policy/recipient_tag.h"
#include "policy/text.h"
#include "portal/command/evidence_open.h"
#include "portal/command/exit_status.h"
#include "portal/command/released_header.h"
#include "portal/unsealing.h"
#include "smarttls/dns/idna.h"
#include "store/evidence_appender.h"
#include "store/exception_report.h"
#include "store/exceptions.h"
#include "store/mail_text.h"

namespace smarttls::portal {
namespace {

using boost::asio::ip::tcp;
using policy::ErrorKind;
using policy::Result;
using policy::RecipientDecision;
using store::SealedMessage;
using std::chrono_literals::operator""min;

constexpr std::string_view kUsage =
    "usage: smarttls message release ID\n"
    "\n"
    "Sends a message that was set aside to those for whom it is held, under the level of its class: it\n"
    "waits in the MTA's queue until their servers reach that, or the lower level of an exception that was\n"
    "made since then. Needs the private key of its month, and to\n"
    "write the evidence.\n"
    "\n"
    "Exit status: 0 released, 1 nobody waits for such a message, 2 usage, 69 cannot be opened or sent, 78\n"
    "configuration.\n";

/// Blocking SMTP with the MTA on this machine; the first failure stands.
class Dialog {
  public:
    explicit Dialog(const policy::Endpoint& endpoint) {
        stream_.expires_after(10min);
        stream_.connect(endpoint.address.str(), std::to_string(endpoint.port));
    }
    /// The last line of the reply to `line`; nothing is said when `line` is empty.
    Result<std::string> command(const std::string& line, char kind) {
        if (!line.empty()) stream_ << line << "\r\n" << std::flush;
        std::string reply;
        while (std::getline(stream_, reply) && reply.size() > 3 && reply[3] == '-') {}
        if (stream_ && !reply.empty() && reply.front() == kind) return reply;
        const std::string what = stream_ ? policy::quote(policy::trim(reply)) : "silence";
        return policy::fail(ErrorKind::Temporary, "the MTA answered " + what + " to " +
                                                      policy::quote(line.empty() ? "connect" : line));
    }
    Result<void> write(std::string_view bytes) {
        if (stream_ << bytes) return policy::ok();
        return policy::fail(ErrorKind::Temporary, "the MTA closed the connection");
    }

  private:
    tcp::iostream stream_;
};

struct Release {
    const SealedMessage& message;
    const policy::MailClass& mail_class;
    std::vector<policy::Exception> exceptions;
    std::vector<RecipientDecision> decisions;  // one for each that is held
};

/// Nobody asks about their servers now: the MTA does, whenever it tries. An exception holds as for mail
/// that comes in now.
Result<Release> plan(const policy::Config& config, const SealedMessage& message,
                     const policy::MailClass& mail_class) {
    auto opened = store::Exceptions::open(config.store.evidence);
    auto exceptions = opened ? opened->open_ones() : tl::unexpected(opened.error());
    if (!exceptions) return tl::unexpected(exceptions.error());
    policy::MailClass waiting = mail_class;
    waiting.unknown = policy::Uncertain::Queue;
    waiting.consumer = policy::ConsumerMail::AsOthers;  // a person has decided
    Release release{message, mail_class, *std::move(exceptions), {}};
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    for (const std::string& address : message.held) {
        policy::Recipient recipient;
        recipient.address = address;
        if (auto domain = engine::to_domain_name(address.substr(address.rfind('@') + 1))) recipient.domain = *domain;
        RecipientDecision decision = decide(waiting, recipient, release.exceptions, now);
        if (decision.floor && !policy::with_lower_floor(address, *decision.floor)) decision = {};
        release.decisions.push_back(std::move(decision));
    }
    return release;
}

/// What stands behind "RCPT TO:".
std::string path_of(const std::string& address, const RecipientDecision& decision) {
    const auto tagged = decision.floor ? policy::with_lower_floor(address, *decision.floor) : std::nullopt;
    return tagged ? "<" + *tagged + "> ORCPT=rfc822;" + store::to_xtext(address) : "<" + address + ">";
}

Result<void> begin(Dialog& smtp, const store::SealedEnvelope& envelope, const Release& release) {
    const SealedMessage& message = release.message;
    auto reply = smtp.command({}, '2');
    if (reply) reply = smtp.command("EHLO [127.0.0.1]", '2');
    const std::string addresses = envelope.released_as + policy::join(message.held, {});
    const bool is_ascii = std::all_of(addresses.begin(), addresses.end(),
                                      [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
    const std::string mail = "MAIL FROM:<" + envelope.released_as + "> RET=HDRS";
    if (reply) reply = smtp.command(is_ascii ? mail : mail + " SMTPUTF8", '2');
    for (std::size_t i = 0; i < message.held.size(); ++i) {
        const std::string path = path_of(message.held[i], release.decisions[i]);
        if (reply) reply = smtp.command("RCPT TO:" + path, '2');
    }
    if (reply) reply = smtp.command("DATA", '3');
    if (!reply) return tl::unexpected(reply.error());
    return policy::ok();
}

/// The MTA's answer. First the whole message is read: what is damaged is not sent in part.
Result<std::string> send(const policy::Config& config, const Release& release) {
    const SealedMessage& message = release.message;
    auto envelope = unseal_message(config, message, [](auto) { return policy::ok(); });
    if (!envelope) return tl::unexpected(envelope.error());
    Dialog smtp(config.milter.submit_to);
    if (auto begun = begin(smtp, *envelope, release); !begun) return tl::unexpected(begun.error());
    ReleasedHeader filter(config, release.mail_class);
    auto sent = unseal_message(config, message, [&](std::span<const std::uint8_t> bytes) {
        return smtp.write(filter.pass({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
    });
    if (!sent) return tl::unexpected(sent.error());
    if (auto ended = smtp.write(filter.end()); !ended) return tl::unexpected(ended.error());
    auto taken = smtp.command(".", '2');
    if (taken) [[maybe_unused]] const auto goodbye = smtp.command("QUIT", '2');
    return taken;
}

/// With a report when an exception lowers its level.
void describe(store::EvidenceRecord& record, const Release& release, std::size_t index, const std::string& contact) {
    const std::string& address = release.message.held[index];
    const RecipientDecision& decision = release.decisions[index];
    const std::string level(to_string(decision.floor.value_or(release.mail_class.level)));
    store::RecipientEvidence recipient{address, address.substr(address.rfind('@') + 1), "queue", "released",
                                       "Mail to " + address + " was released by a person and waits in the "
                                       "queue until its servers reach level " + level + ".", {}};
    for (const policy::Exception& one : release.exceptions) {
        if (!decision.floor || one.id != decision.exception) continue;
        recipient.floor = level;
        recipient.exception = one.id;
        recipient.explanation += " Exception " + std::to_string(one.id) + " allows that: " + one.reason +
                                 ", ticket " + one.ticket + ".";
        const store::ExceptionUse use{record.queue_id, record.sender, address, record.class_name, recipient.explanation};
        const std::string identity = "released-" + release.message.id;
        if (!record.registration) record.registration = store::Registration{identity, {}, {}, {}};
        record.registration->notices.push_back(store::use_report(
            one, use, "smarttls." + identity + "." + std::to_string(index), contact, record.time));
    }
    record.recipients.push_back(std::move(recipient));
}

Result<void> write_down(const policy::Config& config, const Release& release, const std::string& reply) {
    const SealedMessage& message = release.message;
    store::EvidenceRecord record;
    std::smatch queued;
    if (std::regex_search(reply, queued, std::regex("queued as ([^\\s]+)"))) record.queue_id = queued[1];
    record.event = store::kSubmissionAcceptance;
    record.time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    record.class_name = message.class_name;
    record.sender = message.sender;
    record.client = "smarttls message release";
    record.outcome = "queue";
    record.floor = to_string(release.mail_class.level);
    record.config_version = config.version;
    record.note = "released by a person; it was set aside as " + message.queue_id;
    record.released = message.id;
    for (std::size_t i = 0; i < message.held.size(); ++i) {
        describe(record, release, i, config.exceptions.security_contact);
    }
    auto written = store::append_evidence(config.store, {&record, 1});
    if (!written) return tl::unexpected(written.error());
    return policy::ok();
}

}  // namespace

int message_release(const policy::Config& config, const std::vector<std::string>& words,
                    std::ostream& out, std::ostream& err, Style) {
    if (words == std::vector<std::string>{"--help"} || words == std::vector<std::string>{"-h"}) {
        out << kUsage;
        return kExitYes;
    }
    if (words.size() != 1 || words[0].starts_with('-')) {
        const policy::Error error{ErrorKind::Malformed, "one id is wanted; smarttls message list shows them", 0};
        return complain_about_usage(error, "message release", err);
    }
    auto seals = store::SealedRegister::open(config.store, config.portal.private_keys);
    if (!seals) return complain(seals.error(), err);
    const auto message = seals->find(words[0]);
    if (!message) return complain(message.error(), err);
    if (!*message || (*message)->held.empty()) {
        err << "smarttls: no recipient of message " << printable(words[0]) << " is held\n";
        return kExitNo;
    }
    if (std::find((*message)->held.begin(), (*message)->held.end(), "") != (*message)->held.end()) {
        err << "smarttls: for whom it is held stands sealed in the evidence, and the private key of its month is not"
               " ours to read\n";
        return kExitConfig;
    }
    const policy::MailClass* mail_class = config.find_class((*message)->class_name);
    if (mail_class == nullptr) {
        err << "smarttls: class " << printable((*message)->class_name) << " is not in the configuration\n";
        return kExitConfig;
    }
    const auto release = plan(config, **message, *mail_class);
    if (!release) return complain(release.error(), err);
    const auto sent = send(config, *release);
    if (!sent) return complain(sent.error(), err);
    out << "Released to " << printable(policy::join((*message)->held, ", ")) << ": "
        << printable(policy::trim(*sent)) << "\n";
    const auto written = write_down(config, *release, *sent);
    if (written) return kExitYes;
    err << "smarttls: it was sent, but is listed as held\n";
    return complain(written.error(), err);
}

}  // namespace smarttls::portal

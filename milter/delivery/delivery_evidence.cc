// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/delivery_evidence.h"

#include <algorithm>

#include "milter/delivery/file_source.h"
#include "milter/delivery/journal_source.h"
#include "milter/envelope.h"
#include "milter/outbox_sender.h"
#include "policy/log_line.h"
#include "policy/recipient_tag.h"
#include "smarttls/log.h"
#include "store/mail_text.h"

namespace smarttls::milter {
namespace {

using policy::Result;

constexpr std::chrono::seconds kLimit{30};

/// As the recipient was named when it was decided: the tag of an exception is ours.
std::string named_as(const std::string& address) {
    return policy::without_lower_floor(address).value_or(address);
}

/// "mx.example.nl[192.0.2.1]:25, TLSv1.3 with TLS_AES_256_GCM_SHA384 (Verified): 250 2.0.0 Ok"
std::string story_of(const Delivery& delivery, const Judgement& judgement) {
    std::string story = delivery.relay;
    if (delivery.tls) {
        story += ", " + delivery.tls->version + " with " + delivery.tls->cipher + " (" +
                 std::string(to_string(delivery.tls->trust)) + ")";
    } else if (delivery.status == DeliveryStatus::Sent && delivery.relay.find('[') != std::string::npos) {
        story += ", without TLS in the log";
    }
    if (!delivery.dsn.empty()) story += ", " + delivery.dsn;
    if (!delivery.reply.empty()) story += ": " + delivery.reply;
    if (!judgement.reason.empty() && !judgement.is_weaker) story = judgement.reason + "; " + story;
    return story;
}

/// The report tells no address: it is mail in clear.
std::string report_text(const store::EvidenceRecord& record, const Delivery& delivery, const Judgement& judgement) {
    const std::string where = delivery.relay;
    std::string text = store::quoted_printable("A message left with less protection than was decided for it.");
    text += std::string(store::kCrLf);
    for (const auto& [label, value] : {std::pair<std::string_view, std::string>{"Queue id", record.queue_id},
                                       {"Class", record.class_name},
                                       {"Decided", record.floor},
                                       {"Server", where},
                                       {"What happened", judgement.reason}}) {
        text += store::quoted_printable("    " + std::string(label) + ": " + store::in_one_line(value));
    }
    text += std::string(store::kCrLf);
    return text + store::quoted_printable("The whole story: smarttls evidence show " + store::in_one_line(record.queue_id));
}

}  // namespace

DeliveryEvidence::DeliveryEvidence(const policy::Config& config, store::EvidenceWriter& writer, OutboxSender* outbox)
    : store_(config.store),
      trusted_(config.milter.trusted_routes),
      config_version_(config.version),
      contact_(config.exceptions.security_contact),
      writer_(writer),
      outbox_(outbox) {}

Result<void> DeliveryEvidence::ensure_open() {
    if (decided_) return policy::ok();
    auto opened = store::Decided::open(store_);
    if (!opened) return tl::unexpected(opened.error());
    decided_ = *std::move(opened);
    return policy::ok();
}

Result<std::optional<Position>> DeliveryEvidence::last_position(std::string_view source) {
    if (auto open = ensure_open(); !open) return tl::unexpected(open.error());
    auto text = decided_->position(std::string(source));
    if (!text) {
        decided_.reset();
        return tl::unexpected(text.error());
    }
    if (text->empty()) return std::optional<Position>{};
    return std::optional(Position{std::string(source), *std::move(text)});
}

Result<void> DeliveryEvidence::take(std::span<const Delivery> news, const Position& behind) {
    Records records;
    for (const Delivery& delivery : news) {
        auto described = ensure_open();
        if (described) described = describe(delivery, records);
        if (!described) {
            decided_.reset();
            return described;
        }
    }
    const auto deadline = policy::Deadline::after(policy::Deadline::Clock::now(), kLimit);
    auto kept = writer_.append(records, {behind.source, behind.text}, deadline);
    if (!kept) {
        decided_.reset();  // an administrator may have to unmount it
        return kept;
    }
    const bool has_report = std::any_of(records.begin(), records.end(), [](const auto& one) { return one.registration.has_value(); });
    if (has_report && outbox_ != nullptr) outbox_->wake();
    return kept;
}

std::optional<store::Decision> DeliveryEvidence::inherited(const Delivery& delivery, const Records& records) {
    for (const store::EvidenceRecord& record : records) {
        if (record.successor == delivery.queue_id) return store::Decision{record.class_name, record.floor, record.time};
    }
    return std::nullopt;
}

Result<void> DeliveryEvidence::describe(const Delivery& delivery, Records& records) {
    const std::vector<std::string> names{named_as(delivery.recipient), named_as(delivery.original_recipient)};
    auto decision = decided_->find(delivery.queue_id, names, delivery.time);
    if (!decision) return tl::unexpected(decision.error());
    if (!*decision) *decision = inherited(delivery, records);
    if (!*decision) return policy::ok();
    const Judgement judgement = judge(delivery, policy::parse_floor((*decision)->floor), trusted_);
    if (judgement.event.empty()) return policy::ok();
    records.push_back(record_of(delivery, **decision, judgement));
    if (judgement.is_weaker) records.push_back(alarm(records.back(), delivery, judgement));
    return policy::ok();
}

store::EvidenceRecord DeliveryEvidence::record_of(const Delivery& delivery, const store::Decision& decision,
                                                  const Judgement& judgement) const {
    store::EvidenceRecord record;
    record.event = judgement.event;
    record.time = delivery.time;
    record.class_name = decision.class_name;
    record.queue_id = delivery.queue_id;
    record.outcome = to_string(delivery.status);
    record.floor = decision.floor;
    record.config_version = config_version_;
    record.successor = delivery.successor;
    record.client = delivery.identifier;
    if (delivery.recipient.empty()) {
        record.note = story_of(delivery, judgement) + " (each recipient that had no final answer yet)";
        return record;
    }
    const std::string address = named_as(delivery.recipient);
    const std::string original = named_as(delivery.original_recipient);
    store::RecipientEvidence one;
    one.address = original.empty() ? address : original;
    one.domain = std::string(domain_of(address));
    one.outcome = record.outcome;
    one.rule = judgement.code;
    one.explanation = story_of(delivery, judgement);
    if (!original.empty() && original != address) one.explanation = "as " + address + " by " + one.explanation;
    record.recipients.push_back(std::move(one));
    return record;
}

store::EvidenceRecord DeliveryEvidence::alarm(store::EvidenceRecord record, const Delivery& delivery,
                                              const Judgement& judgement) const {
    record.event = store::kDeliveryWeaker;
    record.note = judgement.reason;
    record.successor.clear();
    engine::log(engine::Severity::Error, policy::LogLine(record.queue_id)
                                             .add("class", record.class_name)
                                             .add("alarm", "weaker-than-decided")
                                             .add("floor", record.floor)
                                             .add("reason", judgement.reason)
                                             .str());
    if (contact_.empty()) return record;
    const std::string about = "weaker delivery of " + record.queue_id;
    const std::string id = "smarttls.weaker-" + record.queue_id + "." + std::to_string(record.time.time_since_epoch().count());
    record.registration = store::Registration{
        id,
        {},
        {},
        {{about, contact_,
          store::report_mail({contact_, id, "smarttls: " + about, record.time}, report_text(record, delivery, judgement))}}};
    return record;
}

std::unique_ptr<FollowerThread> follow_deliveries(const policy::DeliveryLogSettings& settings, DeliverySink& sink) {
    std::unique_ptr<LogSource> source;
    if (!settings.file.empty()) {
        source = std::make_unique<FileSource>(settings.file);
    } else if (!settings.journal.empty()) {
        source = std::make_unique<JournalSource>(settings.journal);
    }
    return source ? std::make_unique<FollowerThread>(std::move(source), settings.mta, sink) : nullptr;
}

}  // namespace smarttls::milter

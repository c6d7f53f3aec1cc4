// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/event_relay.h"

#include <charconv>

#include "store/decided.h"

namespace smarttls::portal {
namespace {

using policy::Deadline;
using policy::Result;
using store::PortalTables;
using std::chrono_literals::operator""h;

constexpr std::size_t kAtOnce = 100;
constexpr auto kStoreLimit = 1h;  // what is under way must not be given up: it would be told twice
constexpr std::string_view kSource = "portal.db";

}  // namespace

policy::StoreSettings portal_evidence(const policy::Config& config) {
    const std::string& directory = config.portal.directory;
    policy::StoreSettings settings;
    settings.evidence = directory + "/evidence.db";
    settings.message_keys = directory + "/message-keys.db";
    settings.public_keys = config.store.public_keys;
    settings.address_key = directory + "/address.key";
    settings.log_key = directory + "/log.key";
    settings.log_origin = store::log_origin(config.store) + "/portal";
    settings.events = config.store.events;
    return settings;
}

Result<std::unique_ptr<EventRelay>> EventRelay::open(const policy::StoreSettings& settings, std::string version,
                                                     store::PortalStore& store) {
    auto writer = store::EvidenceWriter::open(settings);
    if (!writer) return tl::unexpected(writer.error());
    return std::unique_ptr<EventRelay>(new EventRelay(*std::move(writer), settings, std::move(version), store));
}

Result<std::int64_t> EventRelay::last_told() {
    if (last_) return *last_;
    auto decided = store::Decided::open(settings_);
    if (!decided) return tl::unexpected(decided.error());
    const auto position = decided->position(std::string(kSource));
    if (!position) return tl::unexpected(position.error());
    std::int64_t last = 0;
    std::from_chars(position->data(), position->data() + position->size(), last);
    last_ = last;
    return last;
}

Result<int> EventRelay::round() {
    const auto events = store_.change([](PortalTables& tables) { return tables.events.oldest(kAtOnce); });
    if (!events) return tl::unexpected(events.error());
    if (events->empty()) return 0;
    const auto told_before = last_told();
    if (!told_before) return tl::unexpected(told_before.error());
    std::vector<store::EvidenceRecord> records;
    for (const store::StoredEvent& event : *events) {
        if (event.id <= *told_before) continue;
        records.push_back(event.record);
        records.back().config_version = version_;
    }
    const std::int64_t last = events->back().id;
    if (!records.empty()) {
        const auto deadline = Deadline::after(Deadline::Clock::now(), kStoreLimit);
        auto told = writer_->append(records, {std::string(kSource), std::to_string(last)}, deadline);
        last_ = told ? std::optional(last) : std::nullopt;
        if (!told) return tl::unexpected(told.error());
    }
    auto removed = store_.change([&](PortalTables& tables) { return tables.events.remove_through(last); });
    if (!removed) return tl::unexpected(removed.error());
    return static_cast<int>(records.size());
}

}  // namespace smarttls::portal

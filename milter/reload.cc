// SPDX-License-Identifier: Apache-2.0
#include "milter/reload.h"

#include <utility>

namespace smarttls::milter {
namespace {

using policy::Config;

/// What was opened, or given to a thread of its own, when the program began.
class Keeper {
  public:
    explicit Keeper(std::vector<std::string>& kept) : kept_(kept) {}

    template <class T>
    void keep(const char* option, const T& running, T& fresh) {
        if (!is_same(running, fresh)) kept_.emplace_back(option);
        fresh = running;
    }

  private:
    template <class T>
    static bool is_same(const T& a, const T& b) {
        return a == b;
    }
    static bool is_same(const policy::Endpoint& a, const policy::Endpoint& b) {
        return a.str() == b.str();
    }

    std::vector<std::string>& kept_;
};

}  // namespace

Reload take_over(const Config& running, Config fresh) {
    std::vector<std::string> kept;
    Keeper keeper(kept);
    keeper.keep("[milter] socket", running.milter.socket, fresh.milter.socket);
    keeper.keep("[milter] canary", running.milter.canary, fresh.milter.canary);
    keeper.keep("[milter] canary-recipient", running.milter.canary_recipient,
                fresh.milter.canary_recipient);
    keeper.keep("[milter] canary-interval", running.milter.canary_interval,
                fresh.milter.canary_interval);
    keeper.keep("[milter] submit-to", running.milter.submit_to, fresh.milter.submit_to);
    keeper.keep("[milter] postfix-config", running.milter.postfix_config,
                fresh.milter.postfix_config);
    keeper.keep("[store] evidence", running.store.evidence, fresh.store.evidence);
    keeper.keep("[store] sealed", running.store.sealed, fresh.store.sealed);
    keeper.keep("[store] public-keys", running.store.public_keys, fresh.store.public_keys);
    keeper.keep("[store] address-key", running.store.address_key, fresh.store.address_key);
    keeper.keep("[store] log-key", running.store.log_key, fresh.store.log_key);
    keeper.keep("[store] log-origin", running.store.log_origin, fresh.store.log_origin);
    keeper.keep("[store] checkpoint-file", running.store.checkpoint_file, fresh.store.checkpoint_file);
    keeper.keep("[store] timestamp-url", running.store.timestamp_url, fresh.store.timestamp_url);
    keeper.keep("[store] timestamp-ca", running.store.timestamp_ca, fresh.store.timestamp_ca);
    keeper.keep("[store] message-keys", running.store.message_keys, fresh.store.message_keys);
    keeper.keep("[portal] directory", running.portal.directory, fresh.portal.directory);
    keeper.keep("[events] file", running.store.events.file, fresh.store.events.file);
    keeper.keep("[events] syslog", running.store.events.syslog, fresh.store.events.syslog);
    keeper.keep("[events] personal-data", running.store.events.with_personal_data,
                fresh.store.events.with_personal_data);
    keeper.keep("[delivery-log] file", running.delivery_log.file, fresh.delivery_log.file);
    keeper.keep("[delivery-log] journal", running.delivery_log.journal, fresh.delivery_log.journal);
    keeper.keep("[delivery-log] mta", running.delivery_log.mta, fresh.delivery_log.mta);
    return {std::move(fresh), std::move(kept)};
}

policy::Result<Reload> reload_config(const Config& running, const std::string& file) {
    auto fresh = policy::load_config(file);
    if (!fresh) return tl::unexpected(fresh.error());
    return take_over(running, *std::move(fresh));
}

}  // namespace smarttls::milter

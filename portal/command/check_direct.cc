// SPDX-License-Identifier: Apache-2.0
//
// probe_from_here(): the prober of the daemon, with its settings but without its database, which one
// process writes.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "portal/command/check_inquiry.h"
#include "smarttls/configured_prober.h"
#include "smarttls/maps.h"
#include "smarttls/verdict_json.h"

namespace smarttls::portal {
namespace {

namespace asio = boost::asio;
using engine::ConfiguredProber;
using policy::NextHop;
using policy::Verdict;

constexpr std::size_t kMostProbes = 16;

class DirectInquiry final : public Inquiry {
  public:
    explicit DirectInquiry(DefaultMap default_map) : default_map_(default_map) {}

    policy::Result<void> open(const policy::EngineSettings& settings) {
        auto opened = ConfiguredProber::open(context_.get_executor(), settings);
        if (!opened) return tl::unexpected(opened.error());
        prober_ = *std::move(opened);
        return policy::ok();
    }

    void begin(NextHop next_hop, Done done) override {
        ++running_;
        // Awaited by work().
        asio::co_spawn(context_, prober_->probe(next_hop),
                       [this, next_hop, done = std::move(done)](const std::exception_ptr& thrown,
                                                                Verdict found) {
                           Finding finding;
                           if (thrown == nullptr) finding = found_here(std::move(found));
                           read_default(next_hop, std::move(finding), done);
                       });
    }

    void work(std::chrono::milliseconds longest) override {
        context_.restart();
        const std::size_t before = running_;
        const auto end = std::chrono::steady_clock::now() + longest;
        while (running_ == before && context_.run_one_until(end) > 0) continue;
    }

    [[nodiscard]] std::size_t running() const override { return running_; }
    [[nodiscard]] bool has_room() const override { return running_ < kMostProbes; }

  private:
    static Finding found_here(Verdict verdict) {
        Finding finding;
        finding.json = engine::to_json(verdict);
        finding.verdict = std::move(verdict);
        return finding;
    }

    void read_default(const NextHop& next_hop, Finding finding, const Done& done) {
        if (!finding.verdict || default_map_ == DefaultMap::Left) return end(std::move(finding), done);
        // Awaited by work().
        asio::co_spawn(context_, prober_->read_published(next_hop),
                       [this, finding = std::move(finding), done](
                           const std::exception_ptr& thrown, const Verdict& published) mutable {
                           if (thrown == nullptr) {
                               finding.default_map = engine::format_answer(
                                   engine::default_answer(published));
                           }
                           end(std::move(finding), done);
                       });
    }

    void end(Finding finding, const Done& done) {
        --running_;
        done(std::move(finding));
    }

    DefaultMap default_map_;
    std::size_t running_ = 0;
    std::unique_ptr<ConfiguredProber> prober_;  // before the context: outlives its coroutines
    asio::io_context context_;
};

}  // namespace

policy::Result<std::unique_ptr<Inquiry>> probe_from_here(const policy::EngineSettings& settings,
                                                         DefaultMap default_map) {
    policy::EngineSettings own = settings;
    own.cache_file.clear();
    auto inquiry = std::make_unique<DirectInquiry>(default_map);
    if (auto opened = inquiry->open(own); !opened) return tl::unexpected(opened.error());
    return std::unique_ptr<Inquiry>(std::move(inquiry));
}

}  // namespace smarttls::portal

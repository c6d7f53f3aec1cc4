// SPDX-License-Identifier: Apache-2.0
//
// smarttls-portal(8): takes over what the milter has sealed, tells the recipients, lets them in, and keeps its own evidence of it.
// SIGTERM, SIGINT, SIGHUP: finishes what is under way and ends.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <thread>

#include "portal/pickup/desk.h"
#include "portal/pickup/event_relay.h"
#include "portal/pickup/intake.h"
#include "portal/pickup/life.h"
#include "portal/pickup/mail_relay.h"
#include "portal/pickup/pickups.h"
#include "portal/pickup/repeater.h"
#include "portal/web/server.h"
#include "smarttls/daemon_options.h"
#include "smarttls/log.h"

namespace {

namespace portal = smarttls::portal;
using smarttls::engine::Severity;
using smarttls::policy::Config;
using smarttls::policy::Result;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr auto kOften = 200ms;  // what a recipient waits for
constexpr auto kSeldom = 5s;

/// Of signals, main alone takes any.
sigset_t leave_signals_to_main() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    static_cast<void>(signal(SIGPIPE, SIG_IGN));
    sigset_t awaited;
    sigemptyset(&awaited);
    for (const int one : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&awaited, one);
    return awaited;
}

template <class T>
Result<void> outcome_of(const Result<T>& round) {
    if (!round) return tl::unexpected(round.error());
    return smarttls::policy::ok();
}

/// What time does to pickups.
Result<void> live(portal::Life& life, const Config& config, smarttls::store::PortalStore& store) {
    const auto now = portal::system_time();
    auto done = outcome_of(life.expire_due(now));
    if (done) done = outcome_of(life.remind_due(now));
    if (done) done = portal::forget_destroyed(config, store);
    return done ? life.sweep(now) : done;
}

int fail(const smarttls::policy::Error& error) {
    smarttls::engine::log(Severity::Error, error.what);
    return error.kind == smarttls::policy::ErrorKind::Misconfigured ? EX_CONFIG : EX_UNAVAILABLE;
}

/// Each browser holds a descriptor.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/// The pages, and the thread that serves them, until destruction.
class Serving {
  public:
    explicit Serving(std::unique_ptr<portal::Server> server) : server_(std::move(server)) {
        if (server_) thread_ = std::thread([this] { server_->run(); });
    }
    Serving(const Serving&) = delete;
    Serving& operator=(const Serving&) = delete;
    ~Serving() {
        if (server_) server_->stop();
        if (thread_.joinable()) thread_.join();
    }

  private:
    std::unique_ptr<portal::Server> server_;
    std::thread thread_;
};

Result<std::unique_ptr<portal::Server>> open_pages(const Config& config, portal::PickupDesk& desk) {
    if (config.portal.listen.empty()) return std::unique_ptr<portal::Server>();
    const std::string language = config.portal.language == smarttls::policy::Language::Dutch ? "nl" : "en";
    return portal::Server::open({config.portal.listen, config.portal.trusted_proxies, config.portal.templates, config.portal.url,
                                 config.portal.organisation, language}, desk);
}

int serve(const Config& config) {
    const sigset_t awaited = leave_signals_to_main();
    umask(0027);  // the milter's group reads which messages have ended
    auto store = smarttls::store::PortalStore::open(config.portal.directory);
    if (!store) return fail(store.error());
    auto events = portal::EventRelay::open(portal::portal_evidence(config), config.version, **store);
    if (!events) return fail(events.error());
    portal::Intake intake(config, **store);
    portal::MailRelay mail(config, **store);
    portal::Life life(config, **store);
    const portal::SmsGateway gateway(config.sms);
    portal::Pickups pickups(config, **store, gateway);
    portal::Desk desk(pickups);
    raise_descriptor_limit();
    auto pages = open_pages(config, desk);
    if (!pages) return fail(pages.error());
    if (config.portal.url.empty()) {
        smarttls::engine::log(Severity::Warning, "[portal] url is not set: nobody is told of mail for pickup");
    }
    {
        const Serving serving(*std::move(pages));
        const portal::Repeater telling("evidence", kOften, [&] { return outcome_of((*events)->round()); });
        const portal::Repeater ending("expiry", kSeldom, [&] { return live(life, config, **store); });
        const portal::Repeater sending("mail", kOften, [&] { return outcome_of(mail.round(portal::system_time())); });
        const portal::Repeater taking("intake", kOften, [&] {
            return config.portal.url.empty() ? smarttls::policy::ok() : outcome_of(intake.round(portal::system_time()));
        });
        smarttls::engine::log(Severity::Info, "ready on " + config.portal.directory);
        int signal = 0;
        while (sigwait(&awaited, &signal) != 0) {}
    }
    if (auto told = (*events)->round(); !told) return fail(told.error());
    smarttls::engine::log(Severity::Info, "stopped");
    return EX_OK;
}

}  // namespace

int main(int argc, char** argv) {
    const smarttls::engine::Program program{"smarttls-portal", "lets recipients pick up mail that may not go to them directly"};
    const auto config = smarttls::engine::configure_daemon(program, argc, argv);
    if (const int* status = std::get_if<int>(&config)) return *status;
    return serve(std::get<Config>(config));
}

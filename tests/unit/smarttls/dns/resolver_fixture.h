// SPDX-License-Identifier: Apache-2.0
//
// ResolverTest: a Resolver before fake servers, each of which plays a script. All servers trust-ad.
//
//     FakeServer& server = serve(one_mx);
//     EXPECT_EQ(mx().status, DnsStatus::Secure);
//
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>
#include <future>
#include <list>
#include <stdexcept>

#include "smarttls/dns/resolver.h"
#include "tests/unit/smarttls/dns/fake_server.h"

namespace smarttls::engine {

inline policy::Deadline in(std::chrono::milliseconds wait) {
    return policy::Deadline::after(policy::Deadline::Clock::now(), wait);
}

inline policy::DomainName domain(const char* text) {
    return policy::DomainName::parse(text).value();
}

inline Replies silence(const Asked& /*asked*/) {
    return {};
}

/// A script that always says the same: `edit` completes an empty reply.
inline FakeServer::Script always(std::function<void(wire::Wire&)> edit) {
    return [edit = std::move(edit)](const Asked& asked) {
        wire::Wire reply(asked.bytes);
        edit(reply);
        return Replies{reply};
    };
}

inline Replies one_mx(const Asked& asked) {
    return {wire::Wire(asked.bytes)
                .flags(wire::kAd)
                .answer("example.org", wire::kMx, 60, wire::mx_data(10, "mx.example.org"))};
}

class ResolverTest : public testing::Test {
  protected:
    FakeServer& serve(FakeServer::Script script) {
        servers_.emplace_back(io_, std::move(script));
        settings_.servers.push_back(servers_.back().endpoint());
        return servers_.back();
    }

    void trust_nobody() { settings_.trust_ad.clear(); }
    void wait_at_most(std::chrono::milliseconds wait) { settings_.try_timeout = wait; }
    void add_dead_server(boost::asio::ip::udp::endpoint endpoint) {
        settings_.servers.push_back(endpoint);
    }

    template <class T>
    T run(boost::asio::awaitable<T> work) {
        io_.restart();  // it stops when a test has no server
        std::future<T> result =
            boost::asio::co_spawn(io_, std::move(work), boost::asio::use_future);
        const auto limit = policy::Deadline::Clock::now() + std::chrono::seconds(30);
        while (result.wait_for(std::chrono::seconds(0)) != std::future_status::ready &&
               policy::Deadline::Clock::now() < limit) {
            io_.run_one_for(std::chrono::seconds(1));
        }
        if (result.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
            throw std::runtime_error("it hangs");
        return result.get();
    }

    MxAnswer mx(policy::Deadline deadline = in(std::chrono::seconds(20))) {
        Resolver resolver(settings_);
        return run(resolver.mx(domain("example.org"), deadline));
    }
    AddressAnswer addresses() {
        Resolver resolver(settings_);
        return run(resolver.addresses(domain("mx.example.org"), in(std::chrono::seconds(20))));
    }
    TlsaAnswer tlsa(std::uint16_t port) {
        Resolver resolver(settings_);
        return run(resolver.tlsa(domain("mx.example.org"), port, in(std::chrono::seconds(20))));
    }
    TxtAnswer txt() {
        Resolver resolver(settings_);
        return run(resolver.txt(domain("_mta-sts.example.org"), in(std::chrono::seconds(20))));
    }

    CnameAnswer cname() {
        Resolver resolver(settings_);
        return run(resolver.cname(domain("mx.example.org"), in(std::chrono::seconds(20))));
    }

    boost::asio::io_context io_;
    std::list<FakeServer> servers_;
    ResolverSettings settings_{
        {}, {policy::Network::parse("127.0.0.0/8").value()}, std::chrono::milliseconds(3000), 3};
};

}  // namespace smarttls::engine

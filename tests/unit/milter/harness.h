// SPDX-License-Identifier: Apache-2.0
//
// A site for the tests of sessions: a configuration, a real evidence database, an engine whose answers
// the test gives, a proof that the test grants or denies, and an MTA that notes what it is told to do.
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "milter/session.h"
#include "tests/unit/milter/fake_engine.h"
#include "tests/unit/store/keyed_store.h"

namespace smarttls::milter::test {

/// The MTA's side of end of message: notes the calls in their order; refuses call number `refuse`.
class FakeActions final : public Actions {
  public:
    explicit FakeActions(std::size_t refuse = SIZE_MAX) : refuse_(refuse) {}

    policy::Result<void> change_sender(const std::string& sender, const std::string& parameters) override {
        return note("sender " + sender + " " + parameters);
    }
    policy::Result<void> remove_header(const std::string& name, int index) override {
        return note("remove " + name + " " + std::to_string(index));
    }
    policy::Result<void> change_header(const std::string& name, int index, const std::string& value) override {
        return note("change " + name + " " + std::to_string(index) + ": " + value);
    }
    policy::Result<void> add_header(const std::string& name, const std::string& value) override {
        return note("add " + name + ": " + value);
    }
    policy::Result<void> put_header_on_top(const std::string& name, const std::string& value) override {
        return note("top " + name + ": " + value);
    }
    policy::Result<void> remove_recipient(const std::string& path) override {
        return note("remove recipient " + path);
    }
    policy::Result<void> add_recipient(const std::string& path, const std::string& parameters) override {
        return note("add recipient " + path + " " + parameters);
    }
    policy::Result<void> quarantine(const std::string& reason) override {
        return note("quarantine " + reason);
    }

    std::vector<std::string> calls;

  private:
    policy::Result<void> note(std::string call) {
        if (calls.size() == refuse_) {
            return policy::fail(policy::ErrorKind::Temporary, "the MTA did not take " + call);
        }
        calls.push_back(std::move(call));
        return policy::ok();
    }
    std::size_t refuse_;
};

class FakeProof final : public Proof {
  public:
    policy::Result<void> prove(policy::Deadline) override {
        ++asked;
        return result;
    }
    [[nodiscard]] bool is_local(std::string_view domain) const override {
        return domain == "org.example";
    }
    policy::Result<void> prove_lower_floors() override {
        ++asked_for_lower;
        return lower_floors;
    }
    [[nodiscard]] bool is_sender(std::string_view sender) const override {
        return sender.starts_with("canary-nonce+");
    }
    void saw(std::string_view sender, std::string_view transport) override {
        seen.emplace_back(std::string(sender) + " by " + std::string(transport));
    }

    policy::Result<void> result = policy::ok();
    int asked = 0;
    policy::Result<void> lower_floors = policy::ok();
    int asked_for_lower = 0;
    std::vector<std::string> seen;
};

struct Rcpt {
    std::string path;
    std::string mailer;  // empty: "smtp"
    std::string host;    // empty: the domain
    std::vector<std::string_view> parameters{};
};

struct Mail {
    std::string sender = "<alice@org.example>";
    std::vector<std::string_view> parameters{};
    std::vector<Rcpt> recipients{{"<bob@dane.example>", {}, {}}};
    std::vector<std::pair<std::string, std::string>> headers{{"X-SmartTLS-Class", "nta7516"}};
    std::string body = "hello\r\n";
    std::string queue_id = "4jXtDt3z8Rz1c778";
};

class Site : public ::testing::Test {
  protected:
    Site();

    /// The connection of a client; trusted unless another address is given.
    [[nodiscard]] Session connect(const std::string& address = "127.0.0.1") const {
        return connect_from(policy::IpAddress::parse(address).value());
    }
    [[nodiscard]] Session connect_from(const std::optional<policy::IpAddress>& client) const {
        return Session({std::shared_ptr<void>{}, &services_}, client);  // which are the test's
    }

    void envelope(Session& session, const Mail& mail);
    void headers(Session& session, const Mail& mail);
    [[nodiscard]] Disposition body(Session& session, const Mail& mail, Actions& actions);
    /// The whole transaction on a connection of its own.
    [[nodiscard]] Disposition send(const Mail& mail, const std::string& client = "127.0.0.1");

    void start_engine(FakeEngine::Answer answer) {
        engine_.reset();
        engine_.emplace(services_.config.engine.socket, std::move(answer));
    }

    [[nodiscard]] std::vector<store::StoredEvidence> evidence(const std::string& queue_id = "4jXtDt3z8Rz1c778");
    [[nodiscard]] store::EvidenceRecord only_evidence(const std::string& queue_id = "4jXtDt3z8Rz1c778");

    store::test::ScratchDirectory directory_;
    store::test::KeyedStore store_{directory_};
    std::unique_ptr<store::EvidenceWriter> writer_;
    FakeProof proof_;
    Services services_;
    std::optional<FakeEngine> engine_;
    FakeActions actions_;  // of send()
    std::map<std::string, std::string> macros_;  // for every callback, beside those of the recipients
};

}  // namespace smarttls::milter::test

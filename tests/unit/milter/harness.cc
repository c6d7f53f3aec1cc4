// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/milter/harness.h"

#include "milter/envelope.h"

namespace smarttls::milter::test {
namespace {

constexpr std::string_view kConfig = R"(
[milter]
trusted-network = 127.0.0.0/8
verdict-deadline = 20s
[class.gdpr]
level = pkix
insecure = hold
plaintext = reject
[class.nta7516]
level = dane
insecure = hold
plaintext = reject
set-header = X-Protected: nta7516
set-header = X-Note: two words
remove-header = X-Internal
)";

}  // namespace

Site::Site() {
    auto config = policy::parse_config({{"test", std::string(kConfig)}});
    EXPECT_TRUE(config) << config.error().what;
    auto writer = store::EvidenceWriter::open(store_.settings);
    EXPECT_TRUE(writer) << writer.error().what;
    writer_ = *std::move(writer);
    services_ = {*std::move(config), writer_.get(), &proof_, nullptr};
    services_.config.store = store_.settings;
    services_.config.store.sealed = directory_.file("nowhere");  // no message can be kept for pickup
    services_.config.engine.socket = directory_.file("engine.sock");
    start_engine(verdicts({{"dane.example", policy::Level::Dane},
                           {"pkix.example", policy::Level::Pkix},
                           {"encrypted.example", policy::Level::Encrypted},
                           {"plaintext.example", policy::Level::Plaintext},
                           {"unknown.example", policy::Level::Unknown}}));
}

void Site::envelope(Session& session, const Mail& mail) {
    const Macros macros = [this](const char* name) -> std::string_view {
        const auto found = macros_.find(name);
        return found == macros_.end() ? std::string_view{} : found->second;
    };
    session.on_sender(mail.sender, mail.parameters, macros);
    for (const Rcpt& rcpt : mail.recipients) {
        const std::string address = without_brackets(rcpt.path);
        const std::string mailer = rcpt.mailer.empty() ? "smtp" : rcpt.mailer;
        const std::string host = rcpt.host.empty() ? std::string(domain_of(address)) : rcpt.host;
        session.on_recipient(rcpt.path, rcpt.parameters, [&](const char* name) -> std::string_view {
            if (std::string_view(name) == "{rcpt_mailer}") return mailer;
            if (std::string_view(name) == "{rcpt_host}") return host;
            return macros(name);
        });
    }
}

void Site::headers(Session& session, const Mail& mail) {
    for (const auto& [name, value] : mail.headers) session.on_header(name, value);
    session.on_end_of_headers();
}

Disposition Site::body(Session& session, const Mail& mail, Actions& actions) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(mail.body.data());
    if (!mail.body.empty()) session.on_body({bytes, mail.body.size()});
    const Macros macros = [&](const char* name) -> std::string_view {
        if (std::string_view(name) == "j") return "gw.org.example";
        return std::string_view(name) == "i" ? std::string_view(mail.queue_id) : std::string_view{};
    };
    return session.on_end_of_message(macros, actions);
}

Disposition Site::send(const Mail& mail, const std::string& client) {
    Session session = connect(client);
    envelope(session, mail);
    headers(session, mail);
    return body(session, mail, actions_);
}

std::vector<store::StoredEvidence> Site::evidence(const std::string& queue_id) {
    return store_.reader()->by_queue_id(queue_id).value();
}

store::EvidenceRecord Site::only_evidence(const std::string& queue_id) {
    const auto all = evidence(queue_id);
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? store::EvidenceRecord{} : all.front().record;
}

}  // namespace smarttls::milter::test

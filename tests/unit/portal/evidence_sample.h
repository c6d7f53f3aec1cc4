// SPDX-License-Identifier: Apache-2.0
//
// A database with three messages for the tests of "smarttls evidence", and a run of a verb.
// Threads: one.
#pragma once

#include <sstream>

#include "policy/config.h"
#include "portal/command/render.h"
#include "tests/unit/portal/zone.h"
#include "tests/unit/store/keyed_store.h"

namespace smarttls::portal::test {

// One domain by DANE; one with an expired certificate and a host that nobody knows anything of.
inline constexpr const char* kDaneVerdict =
    R"({"domain":"example.nl","level":"dane","reasons":[],"mx_secure":true,)"
    R"("checked":"2026-11-23T07:59:58Z","expires":"2026-11-23T09:00:00Z",)"
    R"("hosts":[{"name":"mx1.example.nl","preference":10,"addresses":["192.0.2.1"],"level":"dane",)"
    R"("reasons":[],"tls":{"protocol":"TLSv1.3","suite":"TLS_AES_256_GCM_SHA384","group":"x25519"},)"
    R"("certificate":{"subject":"CN=mx1.example.nl","issuer":"CN=R11,O=Let's Encrypt,C=US",)"
    R"("names":["mx1.example.nl"],"not_before":"2026-10-01T00:00:00Z",)"
    R"("not_after":"2026-12-30T00:00:00Z","key":"ecdsa-256","signature":"sha256","sha256":"00"},)"
    R"("dane":{"status":"verified","usage":3,"selector":1,"matching":1}}]})";
inline constexpr const char* kWeakVerdict =
    R"({"domain":"example.org","level":"encrypted","reasons":["certificate-expired"],)"
    R"("mx_secure":false,"checked":"2026-11-23T07:59:59Z","later":{"member":1},)"
    R"("hosts":[{"name":"mx.example.org","preference":0,"level":"encrypted",)"
    R"("reasons":["certificate-expired","certificate-self-signed"],)"
    R"("tls":{"protocol":"TLSv1.2","suite":"ECDHE-RSA-AES256-GCM-SHA384"},)"
    R"("certificate":{"subject":"CN=\u001b[31mmx","not_before":"2020-01-01T00:00:00Z",)"
    R"("not_after":"2021-01-01T00:00:00Z"},"dane":{"status":"none"}},)"
    R"({"name":"mx2.example.org","preference":20,"level":"unknown","reasons":["timeout"]},7]})";

inline store::EvidenceRecord direct_message() {
    store::EvidenceRecord record = store::test::record("4XyZ1k3Qz1z9");
    record.time = store::test::at(1'795'420'800'123);  // 2026-11-23 08:00:00.123 UTC
    record.client = "192.0.2.7, user alice";
    record.content_sha256 = std::string(64, 'a');
    record.config_version = "0123456789abcdef";
    record.recipients[0].explanation =
        "mx1.example.nl is authenticated by DANE, and class medical demands dane";
    record.recipients[0].verdict_json = kDaneVerdict;
    return record;
}

inline store::EvidenceRecord held_message() {
    store::EvidenceRecord record = direct_message();
    record.time += std::chrono::hours(1);
    record.queue_id = "4XyZ2m0Fk7z9";
    record.outcome = "hold";
    record.note =
        "the control header X-SmartTLS-Class was removed: 198.51.100.9 is not a trusted "
        "network\x1b[2J";
    record.recipients.push_back(store::test::recipient("carol@example.org", "hold"));
    record.recipients[1].rule = "insecure";
    record.recipients[1].explanation =
        "mx.example.org presents an expired certificate, and class medical demands dane; a "
        "certificate that a TLSA record names would have made it direct";
    record.recipients[1].verdict_json = kWeakVerdict;
    return record;
}

inline store::EvidenceRecord refused_message() {
    store::EvidenceRecord record = direct_message();
    record.event = store::kSubmissionRejection;
    record.time += std::chrono::hours(2);
    record.queue_id.clear();
    record.sender.clear();
    record.outcome = "reject";
    record.reply = "550 5.7.1 class mail needs a sender";
    record.content_sha256.clear();
    record.recipients.clear();
    return record;
}

struct Answer {
    int status;
    std::string out;
    std::string err;
};

class EvidenceCommandTest : public CentralEuropeanTime {
  protected:
    void append(const std::vector<store::EvidenceRecord>& records) {
        const auto ids = store_.append(records);
        ASSERT_TRUE(ids) << ids.error().what;
    }
    void append_sample() { append({direct_message(), held_message(), refused_message()}); }

    template <class Verb>
    Answer run(Verb verb, const std::vector<std::string>& arguments, Style style = Style::Plain) {
        std::ostringstream out;
        std::ostringstream err;
        const int status = verb(config_, arguments, out, err, style);
        return {status, out.str(), err.str()};
    }

    store::test::ScratchDirectory directory_;
    store::test::KeyedStore store_{directory_};
    policy::Config config_ = [this] {
        policy::Config config;
        config.store = store_.settings;
        config.portal.private_keys = store_.private_keys;
        config.portal.directory = store_.settings.evidence + ".no-portal";
        return config;
    }();
};

}  // namespace smarttls::portal::test

// SPDX-License-Identifier: Apache-2.0
//
// TableLookup: the DNS as a table that a test fills; what is not in it does not exist, securely.
//
//     TableLookup dns;
//     dns.mx_answers["example.nl"] = records<MxRecord>(DnsStatus::Secure, {{10, "mx.example.nl"}});
//     EXPECT_EQ(dns.asked, ...);            // "MX example.nl", "TLSA _25._tcp.mx.example.nl"
#pragma once

#include <map>
#include <string>
#include <vector>

#include "smarttls/dns/lookup.h"

namespace smarttls::engine {

class TableLookup final : public Lookup {
  public:
    boost::asio::awaitable<MxAnswer> mx(policy::DomainName name, policy::Deadline) override {
        asked.push_back("MX " + name.str());
        co_return found(mx_answers, name.str(), name.str());
    }
    boost::asio::awaitable<AddressAnswer> addresses(policy::DomainName name,
                                                    policy::Deadline) override {
        asked.push_back("A " + name.str());
        co_return found(address_answers, name.str(), name.str());
    }
    boost::asio::awaitable<TlsaAnswer> tlsa(policy::DomainName base, std::uint16_t port,
                                            policy::Deadline) override {
        const std::string owner = "_" + std::to_string(port) + "._tcp." + base.str();
        asked.push_back("TLSA " + owner);
        co_return found(tlsa_answers, base.str(), owner);
    }

    boost::asio::awaitable<TxtAnswer> txt(policy::DomainName name, policy::Deadline) override {
        asked.push_back("TXT " + name.str());
        co_return found(txt_answers, name.str(), name.str());
    }

    boost::asio::awaitable<CnameAnswer> cname(policy::DomainName name, policy::Deadline) override {
        asked.push_back("CNAME " + name.str());
        co_return found(cname_answers, name.str(), name.str());
    }

    std::map<std::string, MxAnswer> mx_answers;
    std::map<std::string, AddressAnswer> address_answers;
    std::map<std::string, TlsaAnswer> tlsa_answers;  // by base domain
    std::map<std::string, TxtAnswer> txt_answers;
    std::map<std::string, CnameAnswer> cname_answers;
    std::vector<std::string> asked;

  private:
    template <class Answer>
    static Answer found(const std::map<std::string, Answer>& table, const std::string& key,
                        const std::string& owner) {
        Answer answer;
        answer.status = DnsStatus::Secure;
        answer.outcome = DnsOutcome::NxDomain;
        answer.ttl = std::chrono::seconds(3600);
        if (const auto row = table.find(key); row != table.end()) answer = row->second;
        if (answer.canonical_name.empty()) answer.canonical_name = owner;
        return answer;
    }
};

template <class Record>
Answer<Record> records(DnsStatus status, std::vector<Record> all, int ttl = 3600) {
    Answer<Record> answer;
    answer.status = status;
    answer.outcome = DnsOutcome::Records;
    answer.records = std::move(all);
    answer.ttl = std::chrono::seconds(ttl);
    return answer;
}

template <class Record>
Answer<Record> without_records(DnsStatus status, DnsOutcome outcome) {
    Answer<Record> answer;
    answer.status = status;
    answer.outcome = outcome;
    answer.ttl = std::chrono::seconds(3600);
    return answer;
}

}  // namespace smarttls::engine

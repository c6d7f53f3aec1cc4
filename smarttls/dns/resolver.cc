// SPDX-License-Identifier: Apache-2.0
#include "smarttls/dns/resolver.h"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <cerrno>
#include <sstream>
#include <tuple>
#include <utility>

#include "smarttls/dns/extended_error.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using policy::Deadline;
using policy::DomainName;
using policy::IpAddress;
using policy::Result;
using Found = Answer<AnyRecord>;

std::string text_of(const DnsServer& server) {
    std::ostringstream text;
    text << server;
    return text.str();
}

/// "MX of example.org: 127.0.0.1:53 ": how each sentence about a failure begins.
std::string subject(const Question& question, const DnsServer& server) {
    return to_string(question.type) + " of " + question.name + ": " + text_of(server) + " ";
}

enum class Judgement {
    Answered,  // records, or their absence
    Bogus,     // the resolver says that validation failed
    Failed,    // this server cannot tell; another may
    Unclear,   // SERVFAIL without a reason: ask with checking disabled
};

/// RFC 8914 where the resolver speaks it. Else RFC 4035 §5.5: a validator answers SERVFAIL both for
/// bad signatures and for its own trouble, and only the CD bit tells them apart.
Judgement judge(const Reply& reply) {
    if (reply.rcode == Rcode::NoError || reply.rcode == Rcode::NxDomain) return Judgement::Answered;
    if (reply.rcode != Rcode::ServFail) return Judgement::Failed;
    switch (blame_of(reply.extended_errors)) {
        case Blame::Signatures:
            return Judgement::Bogus;
        case Blame::Network:
            return Judgement::Failed;
        case Blame::Unsaid:
            break;
    }
    return Judgement::Unclear;
}

/// RFC 6891 §6.1.3 and §7: the server is older than EDNS, or than its version. Without EDNS it may
/// still answer; AD in the query asks for AD in the reply all the same (RFC 6840 §5.7).
bool rejects_edns(Rcode rcode) {
    return rcode == Rcode::FormErr || rcode == Rcode::NotImp || rcode == Rcode::BadVers;
}

std::string refusal(const Reply& reply) {
    const std::string reasons = describe(reply.extended_errors);
    return "answers " + to_string(reply.rcode) + (reasons.empty() ? "" : " (" + reasons + ")");
}

Found without_answer(DnsStatus status, const Question& question, std::string failure) {
    Found found;
    found.status = status;
    found.canonical_name = question.name;
    found.failure = std::move(failure);
    return found;
}

Found answered(Reply reply, bool trusted) {
    Found found;
    found.status = reply.authenticated && trusted ? DnsStatus::Secure : DnsStatus::Insecure;
    found.outcome = reply.outcome;
    found.records = std::move(reply.records);
    found.canonical_name = std::move(reply.canonical_name);
    found.ttl = reply.ttl;
    return found;
}

template <class Record>
Answer<Record> narrowed(Found found) {
    Answer<Record> answer;
    answer.status = found.status;
    answer.outcome = found.outcome;
    for (AnyRecord& record : found.records) {
        answer.records.push_back(std::get<Record>(std::move(record)));
    }
    answer.canonical_name = std::move(found.canonical_name);
    answer.ttl = found.ttl;
    answer.timed_out = found.timed_out;
    answer.failure = std::move(found.failure);
    return answer;
}

/// The rule stands at Resolver::addresses.
AddressAnswer merged(AddressAnswer v4, AddressAnswer v6) {
    if (v4.records.empty() != v6.records.empty()) return v4.records.empty() ? v6 : v4;
    for (const DnsStatus status : {DnsStatus::Bogus, DnsStatus::Failed}) {
        if (v4.status == status) return v4;
        if (v6.status == status) return v6;
    }
    if (v6.status == DnsStatus::Insecure) v4.status = DnsStatus::Insecure;
    if (v6.outcome == DnsOutcome::NoData) v4.outcome = DnsOutcome::NoData;
    v4.ttl = std::min(v4.ttl, v6.ttl);
    v4.records.insert(v4.records.end(), v6.records.begin(), v6.records.end());
    return v4;
}

IpAddress address_of(const DnsServer& server) {
    if (server.address().is_v4()) return IpAddress::v4(server.address().to_v4().to_bytes());
    return IpAddress::v6(server.address().to_v6().to_bytes());
}

}  // namespace

Resolver::Resolver(ResolverSettings settings) : settings_(std::move(settings)) {}

asio::awaitable<MxAnswer> Resolver::mx(DomainName name, Deadline deadline) {
    Question question(name.str(), RecordType::Mx);
    auto answer = narrowed<MxRecord>(co_await look_up(std::move(question), deadline));
    std::sort(answer.records.begin(), answer.records.end(),
              [](const MxRecord& left, const MxRecord& right) {
                  return std::tie(left.preference, left.exchange) <
                         std::tie(right.preference, right.exchange);
              });
    co_return answer;
}

asio::awaitable<AddressAnswer> Resolver::addresses(DomainName name, Deadline deadline) {
    using asio::experimental::awaitable_operators::operator&&;
    Question v4(name.str(), RecordType::A);
    Question v6(name.str(), RecordType::Aaaa);
    auto both = co_await (look_up(std::move(v4), deadline) && look_up(std::move(v6), deadline));
    co_return merged(narrowed<IpAddress>(std::move(std::get<0>(both))),
                     narrowed<IpAddress>(std::move(std::get<1>(both))));
}

asio::awaitable<TlsaAnswer> Resolver::tlsa(DomainName base, std::uint16_t port, Deadline deadline) {
    Question question("_" + std::to_string(port) + "._tcp." + base.str(), RecordType::Tlsa);
    co_return narrowed<TlsaRecord>(co_await look_up(std::move(question), deadline));
}

asio::awaitable<TxtAnswer> Resolver::txt(DomainName name, Deadline deadline) {
    Question question(name.str(), RecordType::Txt);
    co_return narrowed<TxtRecord>(co_await look_up(std::move(question), deadline));
}

asio::awaitable<CnameAnswer> Resolver::cname(DomainName name, Deadline deadline) {
    Question question(name.str(), RecordType::Cname);
    co_return narrowed<CnameRecord>(co_await look_up(std::move(question), deadline));
}

/// Rounds over the servers. Bogus is final: a second resolver that does not validate would turn it
/// into an answer (RFC 7672 §2.1.1). A server that spoke is not asked again; a silent one is.
asio::awaitable<Found> Resolver::look_up(Question question, Deadline deadline) {
    Found last = without_answer(
        DnsStatus::Failed, question,
        to_string(question.type) + " of " + question.name + ": no resolver or no time to ask one");
    last.timed_out = !settings_.servers.empty();
    std::vector<DnsServer> servers = settings_.servers;
    for (int round = 0; round < settings_.tries; ++round) {
        std::vector<DnsServer> silent;
        for (const DnsServer& server : servers) {
            if (deadline.passed(Deadline::Clock::now())) co_return last;
            Found found = co_await ask(server, question, deadline);
            if (found.status != DnsStatus::Failed) co_return found;
            if (found.timed_out) silent.push_back(server);
            // What a server said is worth more to the reader than that another said nothing.
            if (last.timed_out || !found.timed_out) last = std::move(found);
        }
        servers = std::move(silent);
    }
    co_return last;
}

asio::awaitable<Found> Resolver::ask(DnsServer server, Question question, Deadline deadline) {
    auto reply = co_await exchange(server, question, Checking::Enabled, deadline);
    const std::string about = subject(question, server);
    if (!reply) {
        Found found = without_answer(DnsStatus::Failed, question,
                                     about + "gives no usable answer: " + reply.error().what);
        found.timed_out = reply.error().code == ETIMEDOUT;
        co_return found;
    }
    const std::string refused = about + refusal(*reply);
    switch (judge(*reply)) {
        case Judgement::Answered:
            co_return answered(std::move(*reply), is_trusted(server));
        case Judgement::Bogus:
            co_return without_answer(DnsStatus::Bogus, question, refused);
        case Judgement::Failed:
            co_return without_answer(DnsStatus::Failed, question, refused);
        case Judgement::Unclear:
            break;
    }
    const auto unchecked = co_await exchange(server, question, Checking::Disabled, deadline);
    if (!unchecked || judge(*unchecked) != Judgement::Answered) {
        co_return without_answer(DnsStatus::Failed, question, refused);
    }
    co_return without_answer(DnsStatus::Bogus, question,
                             refused + ", but with checking disabled it has an answer");
}

asio::awaitable<Result<Reply>> Resolver::exchange(DnsServer server, Question question,
                                                  Checking checking, Deadline deadline) {
    auto query = build_query(question, checking, Edns::With);
    if (!query) co_return tl::unexpected(query.error());
    auto reply = co_await carry(server, *std::move(query), deadline);
    if (!reply || !rejects_edns(reply->rcode)) co_return reply;
    query = build_query(std::move(question), checking, Edns::Without);
    if (!query) co_return tl::unexpected(query.error());
    co_return co_await carry(server, *std::move(query), deadline);
}

/// UDP, then TCP when the answer is truncated.
asio::awaitable<Result<Reply>> Resolver::carry(DnsServer server, Query query, Deadline deadline) {
    const auto this_try = [&] {
        return deadline.sooner(Deadline::after(Deadline::Clock::now(), settings_.try_timeout));
    };
    auto packet = co_await exchange_udp(server, query.bytes, this_try());
    if (packet && is_truncated(*packet)) {
        packet = co_await exchange_tcp(server, query.bytes, this_try());
    }
    if (!packet) co_return tl::unexpected(packet.error());
    co_return parse_reply(query, *packet);
}

bool Resolver::is_trusted(const DnsServer& server) const {
    return contains(settings_.trust_ad, address_of(server));
}

}  // namespace smarttls::engine

// SPDX-License-Identifier: Apache-2.0
//
// parse_verdict(): one function per object of the format, one line per member.
#include <boost/json.hpp>

#include "smarttls/netstring.h"
#include "smarttls/timestamp.h"
#include "smarttls/verdict_json.h"

namespace smarttls::engine {
namespace {

namespace json = boost::json;
using policy::ErrorKind;
using policy::Result;

auto wrong(std::string what) {
    return policy::fail(ErrorKind::Malformed, std::move(what));
}

/// Reads the members of one object and keeps the first mistake.
class Members {
  public:
    explicit Members(const json::value& value) : object_(value.if_object()) {
        if (object_ == nullptr) mistake_ = wrong("it is not an object");
    }

    template <class T>
    void required(std::string_view name, T& field, Result<T> (*read)(const json::value&)) {
        const json::value* member = find(name);
        if (member != nullptr) {
            keep(name, field, read(*member));
        } else if (mistake_) {
            mistake_ = wrong(std::string(name) + ": it is missing");
        }
    }

    template <class Field, class T>
    void optional(std::string_view name, Field& field, Result<T> (*read)(const json::value&)) {
        if (const json::value* member = find(name)) keep(name, field, read(*member));
    }

    [[nodiscard]] const Result<void>& mistake() const { return mistake_; }

  private:
    [[nodiscard]] const json::value* find(std::string_view name) const {
        return mistake_ ? object_->if_contains(name) : nullptr;
    }

    template <class Field, class T>
    void keep(std::string_view name, Field& field, Result<T> value) {
        if (value) {
            field = *std::move(value);
        } else {
            mistake_ = because(value, name);
        }
    }

    const json::object* object_;
    Result<void> mistake_ = policy::ok();
};

Result<std::string> read_text(const json::value& value) {
    const json::string* string = value.if_string();
    if (string == nullptr) return wrong("it is not a string");
    return std::string(*string);
}

Result<bool> read_bool(const json::value& value) {
    const bool* truth = value.if_bool();
    if (truth == nullptr) return wrong("it is neither true nor false");
    return *truth;
}

template <class Number, std::int64_t most>
Result<Number> read_number(const json::value& value) {
    const std::int64_t* number = value.if_int64();
    if (number == nullptr || *number < 0 || *number > most) {
        return wrong("it is not a whole number from 0 to " + std::to_string(most));
    }
    return static_cast<Number>(*number);
}

Result<policy::WallTime> read_time(const json::value& value) {
    const json::string* string = value.if_string();
    const auto time = string == nullptr ? std::nullopt : parse_time(*string);
    if (!time) return wrong("it is not a time like 2026-11-23T08:00:00Z");
    return *time;
}

template <class Word, std::optional<Word> (*parse)(std::string_view)>
Result<Word> read_word(const json::value& value) {
    const json::string* string = value.if_string();
    const auto word = string == nullptr ? std::nullopt : parse(*string);
    if (!word) return wrong("it is none of the words that stand here");
    return *word;
}

template <class T, Result<T> (*read)(const json::value&)>
Result<std::vector<T>> read_list(const json::value& value) {
    const json::array* array = value.if_array();
    if (array == nullptr) return wrong("it is not an array");
    std::vector<T> list;
    for (const json::value& element : *array) {
        auto item = read(element);
        if (!item) return because(item, "element " + std::to_string(list.size()));
        list.push_back(*std::move(item));
    }
    return list;
}

constexpr auto read_texts = &read_list<std::string, read_text>;
constexpr auto read_grade = &read_word<policy::Grade, policy::parse_grade>;

Result<std::vector<policy::Reason>> read_reasons(const json::value& value) {
    auto names = read_texts(value);
    if (!names) return tl::unexpected(names.error());
    std::vector<policy::Reason> reasons;
    for (const std::string& name : *names) {
        if (const auto reason = policy::parse_reason(name)) reasons.push_back(*reason);
    }
    return reasons;
}

/// What all readers of objects end with.
template <class T>
Result<T> finished(const Members& members, T object) {
    if (!members.mistake()) return tl::unexpected(members.mistake().error());
    return object;
}

Result<policy::TlsFacts> read_tls(const json::value& value) {
    policy::TlsFacts tls;
    Members members(value);
    members.required("protocol", tls.protocol, read_text);
    members.required("suite", tls.suite, read_text);
    members.optional("group", tls.group, read_text);
    members.optional("lax", tls.lax, read_bool);
    return finished(members, std::move(tls));
}

Result<policy::CertificateFacts> read_certificate(const json::value& value) {
    policy::CertificateFacts certificate;
    Members members(value);
    members.required("subject", certificate.subject, read_text);
    members.required("issuer", certificate.issuer, read_text);
    members.required("names", certificate.names, read_texts);
    members.required("not_before", certificate.not_before, read_time);
    members.required("not_after", certificate.not_after, read_time);
    members.required("key", certificate.key, read_text);
    members.required("signature", certificate.signature, read_text);
    members.required("sha256", certificate.sha256, read_text);
    members.optional("curve", certificate.curve, read_text);
    return finished(members, std::move(certificate));
}

Result<policy::DaneFacts> read_dane(const json::value& value) {
    constexpr auto read_byte = &read_number<int, 255>;
    policy::DaneFacts dane;
    Members members(value);
    members.required("status", dane.status,
                     read_word<policy::DaneStatus, policy::parse_dane_status>);
    members.optional("usage", dane.usage, read_byte);
    members.optional("selector", dane.selector, read_byte);
    members.optional("matching", dane.matching, read_byte);
    return finished(members, dane);
}

Result<policy::Weakness> read_weakness(const json::value& value) {
    policy::Weakness weak;
    Members members(value);
    members.required("reason", weak.reason, read_word<policy::Reason, policy::parse_reason>);
    members.required("what", weak.what, read_text);
    members.required("grade", weak.grade, read_grade);
    members.optional("depth", weak.depth, read_number<int, 255>);
    return finished(members, std::move(weak));
}

Result<policy::StsFacts> read_sts(const json::value& value) {
    policy::StsFacts sts;
    Members members(value);
    members.required("mode", sts.mode, read_word<policy::StsMode, policy::parse_sts_mode>);
    members.required("id", sts.id, read_text);
    members.required("max_age", sts.max_age, read_number<std::uint32_t, 4'294'967'295>);
    members.required("mx", sts.mx, read_texts);
    return finished(members, std::move(sts));
}

Result<policy::HostVerdict> read_host(const json::value& value) {
    policy::HostVerdict host;
    Members members(value);
    members.required("name", host.name, read_text);
    members.required("preference", host.preference, read_number<std::uint16_t, 65535>);
    members.required("addresses", host.addresses, read_texts);
    members.required("level", host.level, read_word<policy::Level, policy::parse_level>);
    members.optional("grade", host.grade, read_grade);
    members.required("reasons", host.reasons, read_reasons);
    members.optional("weak", host.weak, read_list<policy::Weakness, read_weakness>);
    members.optional("tls", host.tls, read_tls);
    members.optional("certificate", host.certificate, read_certificate);
    members.optional("chain", host.chain, read_list<policy::CertificateFacts, read_certificate>);
    members.required("dane", host.dane, read_dane);
    return finished(members, std::move(host));
}

/// A name of a reason that a newer engine may have added still says that the record is not valid.
Result<policy::Reason> read_nta_reason(const json::value& value) {
    auto name = read_text(value);
    if (!name) return tl::unexpected(name.error());
    return policy::parse_reason(*name).value_or(policy::Reason::NtaInvalid);
}

Result<policy::NtaFacts> read_nta(const json::value& value) {
    policy::NtaFacts nta;
    bool valid = false;
    Members members(value);
    members.required("valid", valid, read_bool);
    members.optional("why", nta.why, read_nta_reason);
    members.optional("mistake", nta.mistake, read_text);
    members.optional("provider", nta.provider, read_text);
    members.optional("start", nta.start, read_text);
    members.optional("end", nta.end, read_text);
    members.optional("ntamx", nta.ntamx, read_list<policy::HostVerdict, read_host>);
    if (members.mistake() && valid == nta.why.has_value()) {
        return wrong("valid: it does not agree with why");
    }
    return finished(members, std::move(nta));
}

Result<policy::Verdict> read_verdict(const json::value& value) {
    policy::Verdict verdict;
    Members members(value);
    members.required("domain", verdict.domain, read_text);
    members.required("level", verdict.level, read_word<policy::Level, policy::parse_level>);
    members.optional("grade", verdict.grade, read_grade);
    members.optional("profile", verdict.profile, read_text);
    members.required("reasons", verdict.reasons, read_reasons);
    members.required("mx_secure", verdict.mx_secure, read_bool);
    members.required("checked", verdict.checked, read_time);
    members.required("expires", verdict.expires, read_time);
    members.optional("best_seen", verdict.best_seen,
                     read_word<policy::Level, policy::parse_level>);
    members.optional("stale", verdict.stale, read_bool);
    members.optional("stale_reasons", verdict.stale_reasons, read_reasons);
    members.optional("sts", verdict.sts, read_sts);
    members.optional("nta7516", verdict.nta7516, read_nta);
    members.required("hosts", verdict.hosts, read_list<policy::HostVerdict, read_host>);
    return finished(members, std::move(verdict));
}

}  // namespace

Result<policy::Verdict> parse_verdict(std::string_view text) {
    if (text.size() > kLongestReply) return wrong("verdict: it is too long");
    boost::system::error_code error;
    const json::value value = json::parse(text, error);
    if (error) return wrong("verdict: " + error.message());
    auto verdict = read_verdict(value);
    if (!verdict) return because(verdict, "verdict");
    return verdict;
}

}  // namespace smarttls::engine

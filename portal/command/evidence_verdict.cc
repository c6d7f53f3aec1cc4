// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_verdict.h"

#include <boost/json.hpp>
#include <ctime>
#include <vector>

#include "policy/text.h"
#include "policy/verdict.h"

namespace smarttls::portal {
namespace {

namespace json = boost::json;

constexpr std::size_t kLabelColumns = 13;  // "Certificate  "

const json::object* object_at(const json::object& parent, std::string_view key) {
    const json::value* value = parent.if_contains(key);
    return value == nullptr ? nullptr : value->if_object();
}

/// A text or a number as printable text; nothing for anything else.
std::string text_at(const json::object& parent, std::string_view key) {
    const json::value* value = parent.if_contains(key);
    if (value == nullptr) return {};
    if (value->is_number()) return json::serialize(*value);
    const json::string* text = value->if_string();
    return text == nullptr ? std::string() : printable({text->data(), text->size()});
}

std::vector<std::string> texts_at(const json::object& parent, std::string_view key) {
    std::vector<std::string> texts;
    const json::value* value = parent.if_contains(key);
    if (value == nullptr || !value->is_array()) return texts;
    for (const json::value& element : value->get_array()) {
        if (!element.is_string()) continue;
        texts.push_back(printable({element.get_string().data(), element.get_string().size()}));
    }
    return texts;
}

void add(std::vector<std::string>& parts, const std::string& before, const std::string& part) {
    if (!part.empty()) parts.push_back(before + part);
}

std::string checked_time(const std::string& text) {
    std::tm parts{};
    const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (end == nullptr || *end != '\0') return text;
    return local_time(std::chrono::sys_seconds(std::chrono::seconds(timegm(&parts))));
}

/// ", grade phase-out" behind a level; nothing where none was found.
std::string graded(const json::object& object, Style style) {
    const std::string grade = text_at(object, "grade");
    if (grade.empty() || grade == "none") return {};
    return ", grade " + painted(grade, tone_of_grade(grade), style);
}

std::string labelled(std::string_view label, const std::vector<std::string>& parts,
                     std::size_t indent) {
    if (parts.empty()) return {};
    return std::string(indent, ' ') + padded(label, kLabelColumns) +
           wrapped(policy::join(parts, ", "), indent + kLabelColumns) + "\n";
}

std::vector<std::string> tls_parts(const json::object& host) {
    std::vector<std::string> parts;
    if (const json::object* tls = object_at(host, "tls")) {
        for (const char* key : {"protocol", "suite", "group"}) add(parts, "", text_at(*tls, key));
        if (tls->contains("lax")) parts.emplace_back("which delivery does not offer");
    }
    return parts;
}

std::vector<std::string> certificate_parts(const json::object& host) {
    std::vector<std::string> parts;
    const json::object* certificate = object_at(host, "certificate");
    if (certificate == nullptr) return parts;
    constexpr std::size_t kDate = 10;  // the day is enough for a person
    const std::string from = text_at(*certificate, "not_before").substr(0, kDate);
    const std::string to = text_at(*certificate, "not_after").substr(0, kDate);
    if (!from.empty() && !to.empty()) parts.push_back("valid " + from + " to " + to);
    add(parts, "of ", text_at(*certificate, "subject"));
    add(parts, "issued by ", text_at(*certificate, "issuer"));
    add(parts, "", text_at(*certificate, "key"));
    add(parts, "signed with ", text_at(*certificate, "signature"));
    return parts;
}

std::vector<std::string> dane_parts(const json::object& host) {
    std::vector<std::string> parts;
    const json::object* dane = object_at(host, "dane");
    if (dane == nullptr) return parts;
    add(parts, "", text_at(*dane, "status"));
    const std::string usage = text_at(*dane, "usage");
    if (!usage.empty()) {
        parts.push_back("TLSA " + usage + " " + text_at(*dane, "selector") + " " +
                        text_at(*dane, "matching"));
    }
    return parts;
}

/// "rsa-2048 (phase-out)".
std::vector<std::string> weak_parts(const json::object& host) {
    std::vector<std::string> parts;
    const json::value* weak = host.if_contains("weak");
    if (weak == nullptr || !weak->is_array()) return parts;
    for (const json::value& one : weak->get_array()) {
        if (!one.is_object()) continue;
        const json::object& object = one.get_object();
        const std::string where = object.contains("depth") ? " in its chain" : "";
        parts.push_back(text_at(object, "what") + where + " (" + text_at(object, "grade") + ")");
    }
    return parts;
}

std::vector<std::string> sts_parts(const json::object& verdict) {
    std::vector<std::string> parts;
    const json::object* sts = object_at(verdict, "sts");
    if (sts == nullptr) return parts;
    add(parts, "mode ", text_at(*sts, "mode"));
    add(parts, "for ", policy::join(texts_at(*sts, "mx"), " "));
    add(parts, "id ", text_at(*sts, "id"));
    return parts;
}

std::vector<std::string> nta_parts(const json::object& verdict) {
    std::vector<std::string> parts;
    const json::object* nta = object_at(verdict, "nta7516");
    if (nta == nullptr) return parts;
    const json::value* valid = nta->if_contains("valid");
    const bool is_valid = valid != nullptr && valid->is_bool() && valid->get_bool();
    parts.emplace_back(is_valid ? "valid" : "not valid");
    add(parts, "", text_at(*nta, "why"));
    add(parts, "by ", text_at(*nta, "provider"));
    const std::string start = text_at(*nta, "start");
    if (!start.empty()) parts.push_back("from " + start + " to " + text_at(*nta, "end"));
    return parts;
}

std::string host_lines(const json::object& host, std::size_t indent, Style style) {
    const std::string level = text_at(host, "level");
    const std::string preference = text_at(host, "preference");
    std::string lines = std::string(indent, ' ') + text_at(host, "name");
    if (!preference.empty()) lines += " (preference " + preference + ")";
    lines += ": " + painted(level, tone_of_level(level), style) + graded(host, style) + "\n";
    lines += labelled("TLS", tls_parts(host), indent + 2);
    lines += labelled("Certificate", certificate_parts(host), indent + 2);
    lines += labelled("DANE", dane_parts(host), indent + 2);
    lines += labelled("Weak", weak_parts(host), indent + 2);
    lines += labelled("Reasons", texts_at(host, "reasons"), indent + 2);
    return lines;
}

std::string domain_lines(const json::object& verdict, std::size_t indent, Style style) {
    const std::string level = text_at(verdict, "level");
    const std::string checked = text_at(verdict, "checked");
    std::string lines = std::string(indent, ' ') + "Verdict on " + text_at(verdict, "domain") +
                        ": " + painted(level, tone_of_level(level), style) + graded(verdict, style);
    if (!checked.empty()) lines += ", checked " + checked_time(checked);
    lines += "\n";
    const json::value* secure = verdict.if_contains("mx_secure");
    if (secure != nullptr && secure->is_bool()) {
        lines +=
            labelled("DNSSEC", {secure->get_bool() ? "MX signed" : "MX not signed"}, indent + 2);
    }
    lines += labelled("MTA-STS", sts_parts(verdict), indent + 2);
    lines += labelled("NTA 7516", nta_parts(verdict), indent + 2);
    return lines + labelled("Reasons", texts_at(verdict, "reasons"), indent + 2);
}

}  // namespace

Tone tone_of_level(std::string_view level_name) {
    const auto level = policy::parse_level(level_name);
    if (!level || !policy::is_ranked(*level)) {
        return level == policy::Level::Forbidden ? Tone::Bad : Tone::Doubtful;
    }
    if (*level >= policy::Level::MtaSts) return Tone::Good;
    return *level == policy::Level::Plaintext ? Tone::Bad : Tone::Doubtful;
}

Tone tone_of_grade(std::string_view name) {
    const auto grade = policy::parse_grade(name);
    if (!grade || *grade == policy::Grade::None) return Tone::Ordinary;
    if (*grade >= policy::Grade::Sufficient) return Tone::Good;
    return *grade == policy::Grade::PhaseOut ? Tone::Doubtful : Tone::Bad;
}

std::string verdict_lines(std::string_view verdict_json, std::size_t indent, Style style) {
    if (verdict_json.empty()) return {};
    json::error_code error;
    const json::value value = json::parse({verdict_json.data(), verdict_json.size()}, error);
    const json::object* verdict = error ? nullptr : value.if_object();
    if (verdict == nullptr)
        return std::string(indent, ' ') + "The stored verdict is not readable.\n";
    std::string lines = domain_lines(*verdict, indent, style);
    const json::value* hosts = verdict->if_contains("hosts");
    if (hosts == nullptr || !hosts->is_array()) return lines;
    for (const json::value& host : hosts->get_array()) {
        if (host.is_object()) lines += host_lines(host.get_object(), indent + 2, style);
    }
    return lines;
}

}  // namespace smarttls::portal

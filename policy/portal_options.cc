// SPDX-License-Identifier: Apache-2.0
#include "policy/portal_options.h"

#include <algorithm>
#include <array>

#include "policy/option_setters.h"
#include "policy/text.h"
#include "policy/values.h"

namespace smarttls::policy {
namespace {

Result<Language> read_language(std::string_view text) {
    if (text == "nl") return Language::Dutch;
    if (text == "en") return Language::English;
    return fail(ErrorKind::Malformed, quote(text) + " is neither nl nor en");
}

/// As it was written: the server takes it apart.
Result<std::string> read_listen(std::string_view text) {
    if (text.empty() || text.starts_with('/')) return read_path_or_none(text);
    const auto endpoint = read_endpoint(text, 0);
    if (!endpoint) return tl::unexpected(endpoint.error());
    if (endpoint->port != 0) return std::string(text);
    return fail(ErrorKind::Malformed, quote(text) + " has no port");
}

/// Without a slash at the end: paths are put behind it.
Result<std::string> read_site(std::string_view text) {
    auto url = read_http_url(text);
    while (url && url->ends_with('/')) url->pop_back();
    return url;
}

/// RFC 5321 §4.1.2: a dot-string, without the delimiter that the bounce address is built with.
Result<std::string> read_local_part(std::string_view text) {
    const auto fits = [](char b) { return is_digit(b) || (to_lower(b) >= 'a' && to_lower(b) <= 'z') || b == '-' || b == '_' || b == '.'; };
    const bool is_whole = !text.empty() && text.front() != '.' && text.back() != '.' && text.size() <= 32;
    if (is_whole && std::all_of(text.begin(), text.end(), fits)) return std::string(text);
    return fail(ErrorKind::Malformed, quote(text) + " is no local part, such as pickup");
}

/// What recipients read; it stands in header fields as well.
Result<std::string> read_words(std::string_view text) {
    const bool is_plain = std::none_of(text.begin(), text.end(), [](char b) { return static_cast<unsigned char>(b) < ' ' || b == '\x7f'; });
    if (is_plain) return std::string(text);
    return fail(ErrorKind::Malformed, "control characters in " + quote(text));
}

Result<std::string> read_method(std::string_view text) {
    if (text == "POST" || text == "GET" || text == "PUT") return std::string(text);
    return fail(ErrorKind::Malformed, quote(text) + " is none of POST, GET, PUT");
}

/// Sets the flag of one word of a list.
template <class Flags>
struct Word {
    std::string_view name;
    bool Flags::* flag;
};

template <class Flags, std::size_t kSize>
Result<void> mark(Flags& flags, std::string_view text, const std::array<Word<Flags>, kSize>& words) {
    std::string names;
    for (const Word<Flags>& word : words) {
        if (text == word.name) {
            flags.*word.flag = true;
            return ok();
        }
        names.append(names.empty() ? "" : ", ").append(word.name);
    }
    return fail(ErrorKind::Malformed, quote(text) + " is none of " + names);
}

constexpr std::array<Word<PickupFactors>, 3> kFactors{{{"sms", &PickupFactors::sms},
                                                       {"access-code", &PickupFactors::access_code},
                                                       {"email", &PickupFactors::email}}};
constexpr std::array<Word<SenderNews>, 4> kNews{{{"bounced", &SenderNews::bounced},
                                                 {"missing-phone", &SenderNews::missing_phone},
                                                 {"read", &SenderNews::read},
                                                 {"expired", &SenderNews::expired}}};

Result<ClientAddress> read_client_address(std::string_view text) {
    if (text == "no") return ClientAddress::No;
    if (text == "hashed") return ClientAddress::Hashed;
    if (text == "yes") return ClientAddress::Yes;
    return fail(ErrorKind::Malformed, quote(text) + " is none of no, hashed, yes");
}

using Text = std::string_view;
constexpr std::uint16_t kRelayPort = 10025;

constexpr auto kOptions = std::to_array<Option<Config>>({
    {"portal", "private-keys", "/var/lib/smarttls-portal/keys", Repeat::No,
     [](Config& c, Text v) { return store(c.portal.private_keys, read_path(v)); }, nullptr,
     "Directory of the private keys that open evidence and sealed messages; for portal and administrators alone."},
    {"portal", "directory", "/var/lib/smarttls-portal", Repeat::No,
     [](Config& c, Text v) { return store(c.portal.directory, read_path(v)); }, nullptr,
     "Directory of the portal's own databases and keys; the milter reads in it which messages have come to their end."},
    {"portal", "listen", "/run/smarttls-portal/web.sock", Repeat::No,
     [](Config& c, Text v) { return store(c.portal.listen, read_listen(v)); }, nullptr,
     "Where nginx reaches the pages: path of a UNIX socket, or address:port. Empty: no pages."},
    {"portal", "trusted-proxy", "127.0.0.0/8 ::1", Repeat::Words,
     [](Config& c, Text v) { return add(c.portal.trusted_proxies, Network::parse(v)); },
     [](Config& c) { c.portal.trusted_proxies.clear(); },
     "Who may say by X-Forwarded-For where a browser is; whoever comes by the UNIX socket always may."},
    {"portal", "url", "", Repeat::No,
     [](Config& c, Text v) { return store(c.portal.url, read_site(v)); },
     [](Config& c) { c.portal.url.clear(); },
     "Where recipients reach the pages, such as https://pickup.example.nl. Empty: nobody is told of mail for pickup."},
    {"portal", "organisation", "", Repeat::No,
     [](Config& c, Text v) { return store(c.portal.organisation, read_words(v)); },
     [](Config& c) { c.portal.organisation.clear(); },
     "Whose mail it is, as recipients know the name. Empty: the domain of the sender."},
    {"portal", "notice-address", "smarttls-pickup", Repeat::No,
     [](Config& c, Text v) { return store(c.portal.notice_address, read_local_part(v)); }, nullptr,
     "Local part of the address that notices come from, at the sender's own domain."},
    {"portal", "relay", "127.0.0.1:10025", Repeat::No,
     [](Config& c, Text v) { return store(c.portal.relay, read_endpoint(v, kRelayPort)); }, nullptr,
     "Where the MTA takes the portal's own mail; that port must not lead through the milter."},
    {"portal", "language", "nl", Repeat::No,
     [](Config& c, Text v) { return store(c.portal.language, read_language(v)); }, nullptr,
     "Language of notices: nl or en."},
    {"portal", "templates", "/etc/smarttls/templates /usr/share/smarttls/templates", Repeat::Words,
     [](Config& c, Text v) { return add(c.portal.templates, read_path(v)); },
     [](Config& c) { c.portal.templates.clear(); },
     "Directories of the texts of mails and pages; the first that has a text counts."},
    {"sms", "url", "", Repeat::No,
     [](Config& c, Text v) { return store(c.sms.url, read_http_url(v)); },
     [](Config& c) { c.sms.url.clear(); },
     "HTTP service that sends text messages; {{number}} and {{text}} in it are replaced. Empty: the command."},
    {"sms", "method", "POST", Repeat::No,
     [](Config& c, Text v) { return store(c.sms.method, read_method(v)); }, nullptr,
     "How it is asked: POST, PUT or GET."},
    {"sms", "header", "", Repeat::Lines,
     [](Config& c, Text v) { return add(c.sms.headers, read_header_field(v)); },
     [](Config& c) { c.sms.headers.clear(); },
     "Header field \"Name: value\" of the request; {{file:/path}} becomes the content of a file, such as a secret."},
    {"sms", "body", "", Repeat::No,
     [](Config& c, Text v) { return store(c.sms.body, read_words(v)); },
     [](Config& c) { c.sms.body.clear(); },
     "Body of the request; {{number}} and {{text}} are escaped as its Content-Type says: JSON, or a form."},
    {"sms", "ca-file", "", Repeat::No,
     [](Config& c, Text v) { return store(c.sms.ca_file, read_path_or_none(v)); },
     [](Config& c) { c.sms.ca_file.clear(); },
     "Root certificates that the service is trusted by. Empty: those of the system."},
    {"sms", "command", "", Repeat::No,
     [](Config& c, Text v) { return store(c.sms.command, read_path_or_none(v)); },
     [](Config& c) { c.sms.command.clear(); },
     "Program that sends a text message instead: the number is its argument, the text its standard input."},
});

constexpr auto kClassOptions = std::to_array<Option<MailClass>>({
    {"class", "pickup-factors", "sms access-code", Repeat::Words,
     [](MailClass& c, Text v) { return mark(c.pickup.factors, v, kFactors); },
     [](MailClass& c) { c.pickup.factors = {}; },
     "By what a recipient shows at pickup who he is: sms, access-code, email (a code to the address itself)."},
    {"class", "pickup-expiry", "14d", Repeat::No,
     [](MailClass& c, Text v) { return store(c.pickup.expiry, read_duration(v)); }, nullptr,
     "How long a message waits for pickup; after that nobody can open it any more."},
    {"class", "pickup-reminder", "3d", Repeat::No,
     [](MailClass& c, Text v) { return store(c.pickup.reminder, read_duration(v)); }, nullptr,
     "How long before that a recipient who has not read it is reminded. 0s: never."},
    {"class", "trust-device", "0s", Repeat::No,
     [](MailClass& c, Text v) { return store(c.pickup.trust_device, read_duration(v)); }, nullptr,
     "How long a recipient's device may be remembered, so that no code is needed. 0s: never."},
    {"class", "tell-sender", "bounced missing-phone expired", Repeat::Words,
     [](MailClass& c, Text v) { return mark(c.pickup.tell_sender, v, kNews); },
     [](MailClass& c) { c.pickup.tell_sender = {}; },
     "What the sender is told by mail: bounced, missing-phone, read, expired."},
    {"class", "client-address", "hashed", Repeat::No,
     [](MailClass& c, Text v) { return store(c.pickup.client_address, read_client_address(v)); }, nullptr,
     "Whether the evidence of a pickup holds the recipient's network address: no, hashed or yes."},
});

}  // namespace

std::span<const Option<Config>> portal_options() { return kOptions; }
std::span<const Option<MailClass>> pickup_options() { return kClassOptions; }

}  // namespace smarttls::policy

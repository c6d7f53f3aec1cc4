// SPDX-License-Identifier: Apache-2.0
#include "portal/web/site.h"

#include <ctime>

#include "policy/text.h"
#include "portal/web/site_parts.h"
#include "smarttls/log.h"

namespace smarttls::portal {
namespace {

constexpr double kCostOfPost = 10;
constexpr double kCostOfGet = 1;

Response file(std::string type, std::string body) {
    Response response{200, {{"Content-Type", std::move(type)}}, std::move(body), nullptr, std::nullopt};
    add_security_headers(response, Content::File);
    return response;
}

tm local(store::EvidenceTime time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
    tm parts{};
    ::localtime_r(&seconds, &parts);
    return parts;
}

std::string two_digits(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

}  // namespace

Site::Site(PickupDesk& desk, PageTemplates templates, SiteSettings settings)
    : desk_(desk), templates_(std::move(templates)), settings_(std::move(settings)) {}

Response Site::answer(const Request& request) {
    const bool is_known = request.method == "GET" || request.method == "HEAD" || request.method == "POST";
    if (!is_known) return refused(request, 405, "problem_method");
    if (request.path == "/healthz") return file("text/plain; charset=utf-8", "ok\n");
    if (request.path == "/robots.txt") return file("text/plain; charset=utf-8", "User-agent: *\nDisallow: /\n");
    const double cost = request.method == "POST" ? kCostOfPost : kCostOfGet;
    if (!rates_.allow(request.client, cost, ClientRates::Clock::now())) return refused(request, 429, "problem_rate");
    if (request.path == "/style.css") {
        Response style{200, {{"Content-Type", "text/css; charset=utf-8"}, {"Cache-Control", "max-age=3600"}}, templates_.style(), nullptr, {}};
        add_security_headers(style, Content::File);
        return style;
    }
    Response response = route(request);
    const auto language = request.query("lang");
    if (language && *language == language_of(request)) set_cookie(response, kLanguageCookie, *language);
    return response;
}

Response Site::route(const Request& request) {
    const auto parts = policy::split(std::string_view(request.path).substr(1), '/');
    const auto part = [&](std::size_t index) { return index < parts.size() ? std::string(parts[index]) : std::string(); };
    const Target target{part(0), part(1), part(2), part(3)};
    if (request.path == "/") return page(request, "home", PageValues(PageValues::type::object));
    if (parts.size() > 4 || target.name.empty()) return gone(request);
    if (target.kind == "p" && parts.size() <= 3) return route_pickup(request, target);
    if (target.kind == "m") return route_message(request, target);
    return gone(request);
}

/// Whether a POST may be one of our own forms, as far as the browser tells (Fetch Metadata; RFC 6454 §7). With our
/// Referrer-Policy browsers say "null" for our own origin, too; the seal in the form is what decides.
bool Site::comes_from_us(const Request& request) const {
    const std::string site = request.header("sec-fetch-site");
    const std::string origin = request.header("origin");
    const bool is_same_site = site.empty() || site == "same-origin";
    return is_same_site && (origin.empty() || origin == "null" || origin == settings_.url);
}

std::string Site::language_of(const Request& request) const {
    for (const auto& wished : {request.query("lang"), request.cookie(kLanguageCookie)}) {
        if (wished && templates_.language_for(*wished, "") == *wished) return *wished;
    }
    return templates_.language_for(request.header("accept-language"), settings_.language);
}

Response Site::page(const Request& request, const std::string& name, PageValues values, unsigned status, Content content) const {
    const std::string language = language_of(request);
    PageValues others(PageValues::type::list);
    for (const std::string& other : templates_.languages()) {
        if (other == language) continue;
        PageValues entry(PageValues::type::object);
        entry.set("code", other);
        entry.set("name", templates_.word(other, "language_name"));
        others << entry;
    }
    values.set("languages", others);
    if (values.get("organisation") == nullptr && !settings_.organisation.empty()) values.set("organisation", settings_.organisation);
    Response response{status, {{"Content-Type", "text/html; charset=utf-8"}, {"Vary", "Accept-Language, Cookie"}}, {}, nullptr, {}};
    response.body = templates_.render(name, language, std::move(values));
    add_security_headers(response, content);
    return response;
}

Response Site::gone(const Request& request) const { return page(request, "gone", PageValues(PageValues::type::object), 404); }

Response Site::refused(const Request& request, unsigned status, const std::string& problem) const {
    PageValues values(PageValues::type::object);
    values.set("problem", templates_.word(language_of(request), problem));
    Response response = page(request, "refused", std::move(values), status);
    if (status == 429 || status == 503) response.headers.push_back({"Retry-After", "60"});
    if (status == 405) response.headers.push_back({"Allow", "GET, HEAD, POST"});
    return response;
}

Response Site::failed(const Request& request, const policy::Error& error) const {
    engine::log(engine::Severity::Error, "a page cannot be shown: " + error.what);
    return refused(request, 503, "problem_ours");
}

std::string Site::day(store::EvidenceTime time, const std::string& language) const {
    const tm parts = local(time);
    const std::string month = templates_.word(language, "month_" + std::to_string(parts.tm_mon + 1));
    return std::to_string(parts.tm_mday) + " " + month + " " + std::to_string(parts.tm_year + 1900);
}

std::string Site::when(store::EvidenceTime time, const std::string& language) const {
    const tm parts = local(time);
    return day(time, language) + ", " + two_digits(parts.tm_hour) + ":" + two_digits(parts.tm_min);
}

}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
//
// The pages before the code.
#include <algorithm>

#include "portal/web/site_parts.h"

namespace smarttls::portal {
namespace {

constexpr std::size_t kLongestToken = 128;
constexpr std::size_t kLongestCode = 64;

bool has(const PickupView& view, Factor factor) { return std::ranges::find(view.factors, factor) != view.factors.end(); }

/// The browser's own, or a new one.
std::string form_cookie(const Request& request) {
    const auto cookie = request.cookie(kFormCookie);
    const bool is_ours = cookie && cookie->size() == 32 && cookie->find_first_not_of("0123456789abcdef") == std::string::npos;
    return is_ours ? *cookie : random_cookie();
}

}  // namespace

Response Site::route_pickup(const Request& request, const Target& target) {
    if (target.name.size() > kLongestToken) return gone(request);
    const auto view = desk_.find(target.name);
    if (!view) return failed(request, view.error());
    if (!*view) return gone(request);
    const bool is_post = request.method == "POST";
    if (!is_post && target.part.empty() && has_session(request, **view)) return see_other(message_path((*view)->message));
    if (target.part.empty() && !is_post) return show_start(request, target.name, **view);
    if (target.part == "send") return is_post ? send_code(request, target.name, **view) : show_start(request, target.name, **view);
    if (target.part == "code" && !is_post) return show_code(request, target.name, **view, 200, "");
    if (target.part == "open") return is_post ? open_message(request, target.name, **view) : show_code(request, target.name, **view, 200, "");
    return is_post ? refused(request, 405, "problem_method") : gone(request);
}

bool Site::has_session(const Request& request, const PickupView& view) {
    const auto secret = request.cookie(session_cookie(view.message));
    if (!secret) return false;
    const auto session = desk_.session(*secret);
    return session && *session && (*session)->pickup.message == view.message;
}

PageValues Site::values_of(const Request& request, const std::string& token, const PickupView& view) const {
    const std::string language = language_of(request);
    PageValues values(PageValues::type::object);
    values.set("token", token);
    values.set("sender", view.sender);
    const std::string domain = view.sender.substr(std::min(view.sender.size(), view.sender.rfind('@') + 1));
    values.set("organisation", view.organisation.empty() ? domain : view.organisation);
    values.set("received", when(view.received, language));
    values.set("expires", day(view.expires, language));
    values.set("phone_hint", view.phone_hint);
    values.set("sms", has(view, Factor::Sms));
    values.set("email", has(view, Factor::Email));
    values.set("access_code", has(view, Factor::AccessCode));
    values.set("can_open", !view.factors.empty());
    return values;
}

Response Site::show_start(const Request& request, const std::string& token, const PickupView& view) {
    const std::string cookie = form_cookie(request);
    PageValues values = values_of(request, token, view);
    values.set("seal", seal_.of(cookie, "/p/" + token));
    Response response = page(request, "start", std::move(values));
    set_cookie(response, kFormCookie, cookie);
    return response;
}

Response Site::show_code(const Request& request, const std::string& token, const PickupView& view, unsigned status, const std::string& problem) {
    const std::string cookie = form_cookie(request);
    PageValues values = values_of(request, token, view);
    values.set("seal", seal_.of(cookie, "/p/" + token));
    const std::string by = request.query("by").value_or(request.field("by"));
    values.set("by", by == "sms" || by == "email" ? by : "");
    values.set("by_sms", by == "sms");
    values.set("by_email", by == "email");
    values.set("by_other", by != "sms" && by != "email");
    if (!problem.empty()) values.set("problem", templates_.word(language_of(request), problem));
    Response response = page(request, "code", std::move(values), status);
    set_cookie(response, kFormCookie, cookie);
    return response;
}

Response Site::send_code(const Request& request, const std::string& token, const PickupView& view) {
    const std::string cookie = request.cookie(kFormCookie).value_or("");
    if (!comes_from_us(request)) return refused(request, 403, "problem_origin");
    if (!seal_.fits(request.field("seal"), cookie, "/p/" + token)) return show_code(request, token, view, 403, "problem_old_form");
    const std::string by = request.field("by");
    const Factor factor = by == "email" ? Factor::Email : Factor::Sms;
    if ((by != "email" && by != "sms") || !has(view, factor)) return refused(request, 400, "problem_request");
    const auto asked = desk_.request_code(token, factor, request.client);
    if (!asked) return failed(request, asked.error());
    switch (*asked) {
        case CodeRequest::Sent: return see_other("/p/" + token + "/code?by=" + by);
        case CodeRequest::TooMany: return refused(request, 429, "problem_too_many_codes");
        case CodeRequest::NotPossible: return refused(request, 503, "problem_not_possible");
        case CodeRequest::Unknown: break;
    }
    return gone(request);
}

Response Site::open_message(const Request& request, const std::string& token, const PickupView& view) {
    const std::string cookie = request.cookie(kFormCookie).value_or("");
    if (!comes_from_us(request)) return refused(request, 403, "problem_origin");
    if (!seal_.fits(request.field("seal"), cookie, "/p/" + token)) return show_code(request, token, view, 403, "problem_old_form");
    const std::string code = request.field("code");
    if (code.empty() || code.size() > kLongestCode) return show_code(request, token, view, 422, "problem_no_code");
    const auto verdict = desk_.verify_code(token, code, request.client);
    if (!verdict) return failed(request, verdict.error());
    switch (verdict->answer) {
        case CodeVerdict::Answer::Right: {
            Response response = see_other(message_path(view.message));
            set_cookie(response, session_cookie(view.message), verdict->secret);
            return response;
        }
        case CodeVerdict::Answer::Wrong: return show_code(request, token, view, 422, "problem_wrong_code");
        case CodeVerdict::Answer::TooMany: return refused(request, 429, "problem_too_many_attempts");
        case CodeVerdict::Answer::Unknown: break;
    }
    return gone(request);
}

}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
//
// Site: which page answers which request. Everything that recipients can ask the portal for:
//
//     /p/TOKEN            who wrote, and how to open it    POST /p/TOKEN/send    a code, please
//     /p/TOKEN/code       where the code is typed          POST /p/TOKEN/open    the code
//     /m/ID               the message                      POST /m/ID/end        close it
//     /m/ID/body          its HTML, for the frame          /m/ID/print           all of it, for paper
//     /m/ID/file/N        an attachment                    /m/ID/original.eml    the message as it was sent
//     /style.css /robots.txt /healthz /
//
// Nothing that is asked by GET or HEAD changes anything but the record that a message was read, and that only within a
// session. A POST counts when it comes from a form of ours in the same browser (form_seal.h) and, as far as the browser
// tells, from our own site (Fetch Metadata). A token, message or path that is unknown looks like one that has ended.
//
// Two cookies: one for a browser that has no session yet, and one for each message that was opened. Both are
// SameSite=Strict, so that the first click, which comes from a mail, brings none: the page behind the link needs none.
// Ownership: borrows the desk. Threads: any, several at once; answer() blocks. Errors: each becomes a page.
#pragma once

#include <memory>
#include <string>

#include "portal/web/client_rates.h"
#include "portal/web/form_seal.h"
#include "portal/web/http_message.h"
#include "portal/web/http_text.h"
#include "portal/web/page_templates.h"
#include "portal/web/pickup_desk.h"

namespace smarttls::portal {

struct SiteSettings {
    std::string url;           // https://pickup.example.nl
    std::string organisation;  // in words; may be empty
    std::string language;      // when the browser asks for none that we have
};

class Site {
  public:
    Site(PickupDesk& desk, PageTemplates templates, SiteSettings settings);

    [[nodiscard]] Response answer(const Request& request);

  private:
    struct Target;  // a path, taken apart
    struct Opened;  // a session, and what was asked for in it
    enum class Shape { Frame, Paper };

    Response route(const Request& request);
    Response route_pickup(const Request& request, const Target& target);
    Response route_message(const Request& request, const Target& target);

    // Before the code
    Response show_start(const Request& request, const std::string& token, const PickupView& view);
    Response show_code(const Request& request, const std::string& token, const PickupView& view, unsigned status,
                       const std::string& problem);
    Response send_code(const Request& request, const std::string& token, const PickupView& view);
    Response open_message(const Request& request, const std::string& token, const PickupView& view);
    PageValues values_of(const Request& request, const std::string& token, const PickupView& view) const;
    [[nodiscard]] bool has_session(const Request& request, const PickupView& view);

    // Behind it
    Response show_message(const Request& request, const Opened& opened);
    Response show_body(const Request& request, const Opened& opened, Shape shape);
    Response show_print(const Request& request, const Opened& opened);
    Response send_attachment(const Request& request, const Opened& opened, const std::string& number);
    Response send_original(const Request& request, const Opened& opened);
    Response end_session(const Request& request, const Opened& opened);

    // Everywhere
    Response page(const Request& request, const std::string& name, PageValues values, unsigned status = 200,
                  Content content = Content::Page) const;
    Response gone(const Request& request) const;
    Response refused(const Request& request, unsigned status, const std::string& problem) const;
    Response failed(const Request& request, const policy::Error& error) const;
    [[nodiscard]] bool comes_from_us(const Request& request) const;
    [[nodiscard]] std::string language_of(const Request& request) const;
    [[nodiscard]] std::string when(store::EvidenceTime time, const std::string& language) const;
    [[nodiscard]] std::string day(store::EvidenceTime time, const std::string& language) const;

    PickupDesk& desk_;
    const PageTemplates templates_;
    const SiteSettings settings_;
    const FormSeal seal_;
    ClientRates rates_;
};

}  // namespace smarttls::portal

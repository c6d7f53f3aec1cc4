// SPDX-License-Identifier: Apache-2.0
//
// Notices: the portal's own mail. To recipients: that a message waits, and the link to it. To senders: what became of that.
// No word of the message, and not its subject.
//
//     const Notices notices(config.portal, templates);
//     notices.put(tables, pickup, {NoticeKind::Notice, recipient, link}, now);       // inside PortalStore::change()
//
// From and the envelope's sender are at the domain of the message's sender, so that DMARC's alignment holds; the envelope's
// sender names the mail (VERP), so that a bounce says what it is about: notice-address+<id>.<proof>@domain. Mail to senders
// has the null sender. Message-IDs are the same at each attempt. Threads: any. Errors: those of templates and SQLite.
#pragma once

#include <string>
#include <string_view>

#include "policy/config.h"
#include "portal/pickup/templates.h"
#include "store/pickup/portal_store.h"

namespace smarttls::portal {

enum class NoticeKind {
    Notice,        // to the recipient: a message waits
    Reminder,      // it still does
    Code,          // a code by e-mail
    Bounced,       // to the sender: the notice did not arrive
    MissingPhone,  // nothing is known by which the recipient can show who he is
    Read,
    Expired,
};
[[nodiscard]] std::string_view to_string(NoticeKind kind);  // "notice", "missing-phone"

struct NoticeFacts {
    NoticeKind kind = NoticeKind::Notice;
    std::string link = {};
    std::string code = {};
};

class Notices {
  public:
    Notices(const policy::PortalSettings& settings, const store::PortalKey& key)
        : settings_(settings), templates_(settings.templates, settings.language), key_(key) {}

    /// Puts a mail about `pickup` into the outbox.
    [[nodiscard]] policy::Result<void> put(store::PortalTables& tables, const store::PickupRow& pickup, const NoticeFacts& facts,
                                           store::EvidenceTime now) const;
    /// A link to `pickup`; its token is registered.
    [[nodiscard]] policy::Result<std::string> make_link(store::PortalTables& tables, std::int64_t pickup) const;
    /// Of a text message.
    [[nodiscard]] policy::Result<std::string> code_text(const std::string& code, const store::PickupRow& pickup) const;
    /// Who the mail is from, in words.
    [[nodiscard]] std::string organisation_of(const std::string& sender) const;

    [[nodiscard]] std::string bounce_address(std::int64_t mail, const std::string& domain) const;
    /// The mail that an address names; nothing when it is none of ours.
    [[nodiscard]] std::optional<std::int64_t> mail_of(std::string_view bounce_address) const;

  private:
    [[nodiscard]] Values values_of(const store::PickupRow& pickup, const NoticeFacts& facts) const;

    const policy::PortalSettings settings_;
    const Templates templates_;
    const store::PortalKey key_;
};

}  // namespace smarttls::portal

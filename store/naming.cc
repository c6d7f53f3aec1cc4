// SPDX-License-Identifier: Apache-2.0
#include "store/naming.h"

#include "policy/text.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::ok;

constexpr std::string_view kExceptions =
    "SELECT id, target || char(10) || reason || char(10) || ticket || char(10) || owner || char(10) || end_reason AS told,"
    " state IN ('waiting', 'active') FROM exception WHERE instr(lower(told), lower(?1)) > 0 ORDER BY id";
constexpr std::string_view kMail =
    "SELECT id, about || char(10) || recipient || char(10) || content || char(10) || last_reply AS told, 0 FROM outbox"
    " WHERE instr(lower(told), lower(?1)) > 0";
constexpr std::string_view kRemoveMail = "DELETE FROM outbox WHERE id = ?1";

bool is_letter_or_digit(char byte) {
    const char lower = policy::to_lower(byte);
    return (lower >= 'a' && lower <= 'z') || policy::is_digit(byte) || static_cast<unsigned char>(byte) >= 0x80;
}

/// RFC 5322 §3.2.3 lets more stand in a mailbox; what may as well be punctuation around it counts as that: rather a mail too
/// much is erased than one too few.
bool is_of_mailbox(char byte) { return is_letter_or_digit(byte) || std::string_view(".-_+").find(byte) != std::string_view::npos; }

/// A dot ends a sentence, too.
bool is_of_domain(std::string_view rest) {
    if (rest.starts_with('.')) rest.remove_prefix(1);
    return !rest.empty() && (is_letter_or_digit(rest.front()) || rest.front() == '-');
}

struct Named {
    std::int64_t id = 0;
    bool is_open = false;
};

Result<std::vector<Named>> rows_that_name(Database& database, std::string_view sql, std::string_view address) {
    auto select = database.prepare(sql);
    if (!select) return tl::unexpected(select.error());
    if (auto bound = select->bind(1, address); !bound) return tl::unexpected(bound.error());
    std::vector<Named> found;
    Result<bool> row = select->step();
    for (; row && *row; row = select->step()) {
        if (names_address(select->text(1), address)) found.push_back({select->integer(0), select->integer(2) != 0});
    }
    if (!row) return tl::unexpected(row.error());
    return found;
}

}  // namespace

bool names_address(std::string_view text, std::string_view address) {
    const std::string whole = policy::to_lower(text);
    const std::string part = policy::to_lower(address);
    if (part.empty()) return false;
    for (std::size_t at = whole.find(part); at != std::string::npos; at = whole.find(part, at + 1)) {
        const bool begins = at == 0 || !is_of_mailbox(whole[at - 1]);
        if (begins && !is_of_domain(std::string_view(whole).substr(at + part.size()))) return true;
    }
    return false;
}

Result<std::vector<std::int64_t>> exceptions_that_name(Database& database, std::string_view address) {
    const auto rows = rows_that_name(database, kExceptions, address);
    if (!rows) return because(rows, "exceptions");
    std::vector<std::int64_t> ended;
    for (const Named& one : *rows) {
        const std::string id = std::to_string(one.id);
        if (one.is_open) {
            return fail(ErrorKind::Permanent, "exception " + id + " names the address and has not ended; end it first: smarttls exception revoke " +
                                                  id + " --reason ... (one whose time is over ends by itself within a minute)");
        }
        ended.push_back(one.id);
    }
    return ended;
}

Result<void> remove_mail_that_names(Database& database, std::string_view address) {
    const auto rows = rows_that_name(database, kMail, address);
    if (!rows) return because(rows, "outbox");
    auto remove = database.prepare(kRemoveMail);
    if (!remove) return because(remove, "outbox");
    for (const Named& one : *rows) {
        auto removed = remove->bind(1, one.id);
        if (removed) removed = remove->run();
        if (!removed) return because(removed, "outbox");
    }
    return ok();
}

}  // namespace smarttls::store

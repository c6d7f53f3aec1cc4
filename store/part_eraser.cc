// SPDX-License-Identifier: Apache-2.0
#include "store/part_eraser.h"

#include <algorithm>
#include <array>
#include <utility>

#include "store/evidence_schema.h"
#include "store/record_text.h"

namespace smarttls::store {

using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::ok;

enum PartEraser::Sql : std::size_t {
    SelectRecord,
    SelectParts,
    ErasePart,
    EraseTerm,
    EraseMailAbout,
    EraseMail,
    EraseKept,
    SelectUnkept,
    EraseKeptOfMessage,
    EraseMessage,
    EraseVerdict,
    EraseException,
};

namespace {

constexpr std::array<std::string_view, 12> kSql{
    "SELECT uuid, time, facts FROM record WHERE id = ?1",
    "SELECT number, content IS NOT NULL OR address IS NOT NULL, address, domain, outcome, verdict FROM part"
    " WHERE record = ?1 ORDER BY number",
    "UPDATE part SET address = NULL, domain = NULL, outcome = NULL, floor = NULL, verdict = NULL, content = NULL"
    " WHERE record = ?1 AND number = ?2",
    "DELETE FROM term WHERE segment = (SELECT number FROM segment WHERE start <= ?3 ORDER BY start DESC LIMIT 1)"
    " AND kind = ?1 AND value = ?2 AND time = ?3 AND record = ?4",
    // Reports about an exception (part 0, not to the sender) name its target.
    "DELETE FROM outbox WHERE record = ?1 AND (part = ?2 OR (part = 0 AND to_sender = 0))",
    // Each mail about a message names its sender.
    "DELETE FROM outbox WHERE record = ?1",
    "DELETE FROM sealed_recipient WHERE part = ?2 AND sealed IN (SELECT id FROM sealed WHERE record = ?1)",
    "SELECT id FROM sealed WHERE record = ?1 AND NOT EXISTS"
    " (SELECT 1 FROM sealed_recipient WHERE sealed_recipient.sealed = sealed.id)",
    "DELETE FROM sealed_recipient WHERE sealed = ?1",
    "DELETE FROM sealed WHERE id = ?1",
    "DELETE FROM verdict WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM verdict_use WHERE verdict = ?1 AND parts > 0)",
    "UPDATE exception SET target = 'erased', reason = 'erased', ticket = 'erased', owner = 'erased',"
    " end_reason = iif(end_reason = '', '', 'erased') WHERE id = ?1 AND state NOT IN ('waiting', 'active')"};

using Term = std::pair<TermKind, std::string>;

bool tells_of_recipients(const std::string& event) {
    return event == kSubmissionRejection || event.starts_with("Exception");
}

std::string text_of(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

Result<PartEraser> PartEraser::prepare(Database& database) {
    std::vector<Statement> statements;
    for (const std::string_view sql : kSql) {
        auto statement = database.prepare(sql);
        if (!statement) return because(statement, "erasing");
        statements.push_back(*std::move(statement));
    }
    return PartEraser(std::move(statements));
}

Result<RecordParts> PartEraser::erase(std::int64_t id, std::span<const std::size_t> numbers) {
    const auto before = read(id);
    if (!before) return because(before, "record " + std::to_string(id));
    const bool with_message = tells_of_recipients(before->event) && !numbers.empty();
    const auto is_meant = [&](const Part& part) {
        const bool is_named = std::find(numbers.begin(), numbers.end(), part.number) != numbers.end();
        return part.is_there && (is_named || (with_message && part.number == 0));
    };
    RecordParts gone{before->uuid, {}};
    for (const Part& part : before->parts) {
        if (!is_meant(part)) continue;
        if (auto erased = erase_part(*before, part); !erased) return because(erased, "part");
        gone.numbers.push_back(part.number);
    }
    const auto after = read(id);
    if (!after) return tl::unexpected(after.error());
    auto done = erase_terms(*before, *after);
    if (done) done = erase_messages_of(*before);
    if (!done) return because(done, "record " + std::to_string(id));
    return gone;
}

Result<PartEraser::Record> PartEraser::read(std::int64_t id) {
    Statement& select = statements_[SelectRecord];
    if (auto bound = select.bind(1, id); !bound) return tl::unexpected(bound.error());
    const Result<bool> row = select.step();
    Record record{.id = id, .time = 0, .uuid = {}, .event = {}, .outcome = {}, .parts = {}};
    std::string facts;
    if (row && *row) {
        const auto uuid = select.blob(0);
        if (uuid.size() == record.uuid.size()) std::copy(uuid.begin(), uuid.end(), record.uuid.begin());
        record.time = select.integer(1);
        facts = select.text(2);
    }
    select.reset();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return fail(ErrorKind::Corrupt, "it is not there");
    const auto told = read_facts(facts);
    if (!told) return tl::unexpected(told.error());
    record.event = told->event;
    record.outcome = told->outcome;
    if (auto parts = read_parts(record); !parts) return tl::unexpected(parts.error());
    return record;
}

Result<void> PartEraser::read_parts(Record& record) {
    Statement& select = statements_[SelectParts];
    if (auto bound = select.bind(1, record.id); !bound) return bound;
    Result<bool> row = select.step();
    for (; row && *row; row = select.step()) {
        record.parts.push_back({static_cast<std::size_t>(select.integer(0)), select.integer(1) != 0, select.blob(2),
                                select.text(3), select.text(4), select.integer(5)});
    }
    select.reset();
    if (!row) return tl::unexpected(row.error());
    return ok();
}

Result<void> PartEraser::erase_part(const Record& record, const Part& part) {
    const auto number = static_cast<std::int64_t>(part.number);
    auto done = run(ErasePart, {record.id, number});
    if (done && part.verdict != 0) done = erase_verdict(part.verdict);
    if (!done) return done;
    if (number == 0) return run(EraseMail, {record.id});
    done = run(EraseMailAbout, {record.id, number});
    return done ? run(EraseKept, {record.id, number}) : done;
}

/// Those that the record has no more.
Result<void> PartEraser::erase_terms(const Record& before, const Record& after) {
    const auto terms_of = [](const Record& record) {
        std::set<Term> terms;
        for (const Part& part : record.parts) {
            terms.emplace(TermKind::Address, text_of(part.address));
            terms.emplace(TermKind::Domain, term_value(TermKind::Domain, part.domain));
            terms.emplace(TermKind::Outcome, term_value(TermKind::Outcome, part.outcome));
        }
        return terms;
    };
    const auto still = terms_of(after);
    for (const auto& [kind, value] : terms_of(before)) {
        const bool of_message = kind == TermKind::Outcome && value == term_value(kind, before.outcome);
        if (value.empty() || of_message || still.contains({kind, value})) continue;
        Statement& remove = statements_[EraseTerm];
        auto bound = remove.bind(1, static_cast<std::int64_t>(kind));
        if (bound) bound = remove.bind_blob(2, bytes_of(value));
        if (bound) bound = remove.bind(3, before.time);
        if (bound) bound = remove.bind(4, before.id);
        if (bound) bound = remove.run();
        if (!bound) return because(bound, "terms");
    }
    return ok();
}

Result<void> PartEraser::erase_messages_of(const Record& record) {
    Statement& select = statements_[SelectUnkept];
    if (auto bound = select.bind(1, record.id); !bound) return bound;
    std::vector<std::string> unkept;
    Result<bool> row = select.step();
    for (; row && *row; row = select.step()) unkept.push_back(select.text(0));
    select.reset();
    if (!row) return because(row, "sealed messages");
    messages_.insert(messages_.end(), unkept.begin(), unkept.end());
    return erase_messages(unkept);
}

Result<void> PartEraser::erase_messages(std::span<const std::string> ids) {
    for (const std::string& id : ids) {
        for (const Sql sql : {EraseKeptOfMessage, EraseMessage}) {
            auto bound = statements_[sql].bind(1, id);
            if (bound) bound = statements_[sql].run();
            if (!bound) return because(bound, "sealed message " + id);
        }
    }
    return ok();
}

Result<void> PartEraser::erase_exceptions(std::span<const std::int64_t> ids) {
    for (const std::int64_t id : ids) {
        if (auto erased = run(EraseException, {id}); !erased) return because(erased, "exception");
    }
    return ok();
}

Result<void> PartEraser::erase_verdict(std::int64_t id) { return run(EraseVerdict, {id}); }

Result<void> PartEraser::run(Sql sql, std::initializer_list<std::int64_t> values) {
    int index = 0;
    for (const std::int64_t value : values) {
        if (auto bound = statements_[sql].bind(++index, value); !bound) return bound;
    }
    return statements_[sql].run();
}

}  // namespace smarttls::store

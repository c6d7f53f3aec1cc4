// SPDX-License-Identifier: Apache-2.0
#include "portal/command/phone.h"

#include <boost/json.hpp>
#include <boost/program_options.hpp>
#include <fstream>

#include "policy/text.h"
#include "policy/values.h"
#include "portal/command/evidence_json.h"
#include "portal/command/evidence_open.h"
#include "portal/command/exit_status.h"
#include "portal/command/parse_words.h"
#include "store/pickup/portal_store.h"

namespace smarttls::portal {
namespace {

namespace po = boost::program_options;
using policy::ErrorKind;
using policy::Result;
using store::PhoneRow;
using store::PortalTables;

constexpr std::string_view kUsage =
    "usage: smarttls phone set RECIPIENT NUMBER\n"
    "       smarttls phone remove RECIPIENT\n"
    "       smarttls phone list [--json]\n"
    "       smarttls phone import FILE\n"
    "\n"
    "The mobile numbers to which recipients get the codes for messages that are kept for pickup, where the\n"
    "sender gave none. With their country: +31612345678. A file has lines \"RECIPIENT,NUMBER\" (CSV; a first\n"
    "line without an address is a heading); with a mistake in it, nothing is imported.\n"
    "\n"
    "Exit status: 0 done, 1 there is none, 2 usage, 65 a mistake in the file, 69 the portal's store cannot\n"
    "be written, 78 configuration.\n";

constexpr int kExitData = 65;
constexpr std::size_t kShortest = 8;  // digits; ITU-T E.164 §6.2.1: 15 at most
constexpr std::size_t kLongest = 15;

struct Arguments {
    std::vector<std::string> names;
    bool json = false;
    bool help = false;
};

Result<Arguments> parse(const std::vector<std::string>& words, std::size_t wanted) {
    Arguments arguments;
    po::options_description options;
    options.add_options()("help,h", po::bool_switch(&arguments.help))("json", po::bool_switch(&arguments.json))(
        "name", po::value(&arguments.names));
    const auto values = parse_words(words, options, "name", -1);
    if (!values) return tl::unexpected(values.error());
    if (arguments.help || arguments.names.size() == wanted) return arguments;
    return policy::fail(ErrorKind::Malformed, std::to_string(wanted) + " words are wanted here; see --help");
}

Result<PhoneRow> read_row(std::string_view address, std::string_view number) {
    auto mailbox = policy::read_mailbox(policy::trim(address));
    if (!mailbox) return tl::unexpected(mailbox.error());
    auto digits = read_phone_number(number);
    if (!digits) return tl::unexpected(digits.error());
    return PhoneRow{*std::move(mailbox), *std::move(digits)};
}

std::string_view unquoted(std::string_view cell) {
    cell = policy::trim(cell);
    return cell.size() >= 2 && cell.front() == '"' && cell.back() == '"' ? cell.substr(1, cell.size() - 2) : cell;
}

Result<std::vector<PhoneRow>> read_file(const std::string& path) {
    std::ifstream file(path);
    if (!file) return policy::fail(ErrorKind::Misconfigured, "cannot read " + path);
    std::vector<PhoneRow> rows;
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        const bool is_heading = number == 1 && line.find('@') == std::string::npos;
        if (policy::trim(line).empty() || is_heading) continue;
        const std::size_t comma = line.find_first_of(",;\t");
        const std::string_view text = line;
        auto row = comma == std::string::npos ? Result<PhoneRow>(policy::fail(ErrorKind::Malformed, "no comma"))
                                              : read_row(unquoted(text.substr(0, comma)), unquoted(text.substr(comma + 1)));
        if (!row) return policy::fail(ErrorKind::Corrupt, path + ":" + std::to_string(number) + ": " + row.error().what);
        rows.push_back(*std::move(row));
    }
    return rows;
}

/// All or none; how many.
Result<int> put(const policy::Config& config, const std::vector<PhoneRow>& rows) {
    auto store = store::PortalStore::open_existing(config.portal.directory);
    if (!store) return tl::unexpected(store.error());
    return (*store)->change([&](PortalTables& tables) -> Result<int> {
        for (const PhoneRow& row : rows) {
            if (auto done = tables.phones.set(row); !done) return tl::unexpected(done.error());
        }
        return static_cast<int>(rows.size());
    });
}

int help(std::ostream& out) {
    out << kUsage;
    return kExitYes;
}

}  // namespace

Result<std::string> read_phone_number(std::string_view text) {
    std::string digits;
    for (const char byte : policy::trim(text)) {
        const bool is_between = byte == ' ' || byte == '-' || byte == '.' || byte == '(' || byte == ')';
        if (byte == '+' ? !digits.empty() : !policy::is_digit(byte) && !is_between) {
            return policy::fail(ErrorKind::Malformed, "no telephone number: " + policy::quote(text));
        }
        if (!is_between) digits += byte;
    }
    if (digits.starts_with("00")) digits.replace(0, 2, "+");
    const bool is_whole = digits.starts_with('+') && digits.size() > kShortest && digits.size() <= kLongest + 1 && digits[1] != '0';
    if (is_whole) return digits;
    return policy::fail(ErrorKind::Malformed, "no telephone number with its country, such as +31612345678: " + policy::quote(text));
}

int phone_set(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out, std::ostream& err, Style) {
    const auto arguments = parse(words, 2);
    if (!arguments) return complain_about_usage(arguments.error(), "phone set", err);
    if (arguments->help) return help(out);
    const auto row = read_row(arguments->names[0], arguments->names[1]);
    if (!row) return complain_about_usage(row.error(), "phone set", err);
    const auto done = put(config, {*row});
    return done ? kExitYes : complain(done.error(), err);
}

int phone_remove(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out, std::ostream& err, Style) {
    const auto arguments = parse(words, 1);
    if (!arguments) return complain_about_usage(arguments.error(), "phone remove", err);
    if (arguments->help) return help(out);
    auto store = store::PortalStore::open_existing(config.portal.directory);
    if (!store) return complain(store.error(), err);
    const auto gone = (*store)->change([&](PortalTables& tables) { return tables.phones.remove(arguments->names[0]); });
    if (!gone) return complain(gone.error(), err);
    if (*gone) return kExitYes;
    err << "smarttls: no number of " << printable(arguments->names[0]) << " is known\n";
    return kExitNo;
}

int phone_list(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out, std::ostream& err, Style) {
    const auto arguments = parse(words, 0);
    if (!arguments) return complain_about_usage(arguments.error(), "phone list", err);
    if (arguments->help) return help(out);
    auto store = store::PortalStore::open_existing(config.portal.directory);
    if (!store) return complain(store.error(), err);
    const auto rows = (*store)->change([](PortalTables& tables) { return tables.phones.all(); });
    if (!rows) return complain(rows.error(), err);
    for (const PhoneRow& row : *rows) {
        const boost::json::object object{{"recipient", row.address}, {"number", row.number}};
        out << (arguments->json ? safe_json(boost::json::serialize(object)) : printable(row.address) + "  " + row.number) << "\n";
    }
    return rows->empty() ? kExitNo : kExitYes;
}

int phone_import(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out, std::ostream& err, Style) {
    const auto arguments = parse(words, 1);
    if (!arguments) return complain_about_usage(arguments.error(), "phone import", err);
    if (arguments->help) return help(out);
    const auto rows = read_file(arguments->names[0]);
    if (!rows && rows.error().kind == ErrorKind::Corrupt) {
        err << "smarttls: " << printable(rows.error().what) << "; nothing was imported\n";
        return kExitData;
    }
    if (!rows) return complain(rows.error(), err);
    const auto done = put(config, *rows);
    if (!done) return complain(done.error(), err);
    out << *done << " numbers\n";
    return kExitYes;
}

}  // namespace smarttls::portal

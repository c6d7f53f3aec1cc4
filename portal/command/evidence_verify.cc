// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_verify.h"

#include <boost/program_options.hpp>

#include "portal/command/evidence_open.h"
#include "portal/command/exit_status.h"
#include "portal/command/parse_words.h"
#include "store/sealing/durable_file.h"

namespace smarttls::portal {
namespace {

namespace po = boost::program_options;
using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::ok;
using policy::Result;

constexpr std::size_t kLongestKey = 4096;

constexpr std::string_view kUsage =
    "usage: smarttls evidence verify FILE --key KEY [--timestamp-ca FILE]\n"
    "       smarttls evidence verify --log [--since-checkpoint FILE] [OPTION]...\n"
    "\n"
    "The first verifies a file of \"smarttls evidence export\" and needs nothing else. The second verifies\n"
    "the whole evidence log of this machine: each record against the log, the log against each\n"
    "checkpoint that was signed, and, with the private keys at hand, what is encrypted against what\n"
    "stands in clear beside it. Both say what is proved, and what is not.\n"
    "\n"
    "  --key KEY                the log's key, as \"smarttls evidence checkpoint --key\" prints it, or a\n"
    "                           file with it; of this machine's log the key that lies here if left out\n"
    "  --timestamp-ca FILE      the certificates (PEM) to which a trusted timestamp has to lead; of this\n"
    "                           machine's log those of the configuration if left out\n"
    "  --since-checkpoint FILE  checkpoints that were kept elsewhere: what was changed, left out or put in\n"
    "                           before them shows even to who can sign anew\n"
    "  --quick                  looks at facts, hashes and signatures, at nothing that is encrypted\n"
    "  --portal                 the portal's own log instead of the milter's\n"
    "\n"
    "Exit status: 0 proved, 1 not proved, 2 usage, 69 unavailable, 78 configuration.\n";

Result<void> check_arguments(const VerifyArguments& arguments) {
    const auto wrong = [](const char* what) { return fail(ErrorKind::Malformed, what); };
    if (arguments.log && !arguments.file.empty()) return wrong("either --log or a file");
    if (arguments.log) return ok();
    if (arguments.file.empty()) return wrong("a file is missing, or --log");
    if (arguments.key.empty()) return wrong("--key is missing: the file must not say itself whom to believe");
    if (!arguments.since.empty() || arguments.quick) return wrong("--since-checkpoint and --quick go with --log");
    return ok();
}

Result<VerifyArguments> parse(const std::vector<std::string>& words) {
    VerifyArguments arguments;
    po::options_description options;
    options.add_options()("help,h", po::bool_switch(&arguments.help))("log", po::bool_switch(&arguments.log))(
        "quick", po::bool_switch(&arguments.quick))("key", po::value(&arguments.key))(
        "timestamp-ca", po::value(&arguments.timestamp_ca))("since-checkpoint", po::value(&arguments.since))(
        "file", po::value(&arguments.file));
    const auto values = parse_words(words, options, "file");
    if (!values) return tl::unexpected(values.error());
    if (arguments.help) return arguments;
    if (auto checked = check_arguments(arguments); !checked) return because(checked, "evidence verify");
    return arguments;
}

}  // namespace

Result<store::NoteVerifier> read_verifier(const std::string& key) {
    auto verifier = store::NoteVerifier::parse(key);
    if (verifier || key.find('+') != std::string::npos) return verifier;
    const auto text = store::read_file(key, kLongestKey);
    if (!text) return because(text, "--key");
    const std::size_t end = text->find_last_not_of(" \r\n");
    auto read = store::NoteVerifier::parse(text->substr(0, end == std::string::npos ? 0 : end + 1));
    if (!read) return because(read, "--key " + key);
    return read;
}

int evidence_verify(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out,
                    std::ostream& err, Style style) {
    const auto arguments = parse(words);
    if (!arguments) return complain_about_usage(arguments.error(), "evidence verify", err);
    if (arguments->help) {
        out << kUsage;
        return kExitYes;
    }
    if (arguments->log) return verify_whole_log(config, *arguments, out, err, style);
    return verify_bundle_file(*arguments, out, err, style);
}

}  // namespace smarttls::portal

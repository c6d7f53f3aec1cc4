// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check_arguments.h"

#include <boost/program_options.hpp>
#include <cerrno>
#include <system_error>
#include <fstream>
#include <unordered_set>

#include "policy/text.h"
#include "portal/command/parse_words.h"
#include "smarttls/dns/idna.h"

namespace smarttls::portal {
namespace {

namespace po = boost::program_options;
using policy::ErrorKind;
using policy::NextHop;
using policy::Result;

constexpr std::string_view kStandardInput = "-";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// Collects targets, each next hop once.
class Collection {
  public:
    void add(std::string_view text, Result<NextHop> next_hop) {
        if (next_hop && !known_.insert(next_hop->str()).second) {
            ++targets_.repeated;
            return;
        }
        targets_.all.push_back({std::string(text), std::move(next_hop)});
    }

    Targets finish() { return std::move(targets_); }

  private:
    Targets targets_;
    std::unordered_set<std::string> known_;
};

/// What stands in front of a comment.
std::string_view content_of(std::string_view line) {
    return policy::trim(line.substr(0, line.find('#')));
}

Result<void> read_lines(std::istream& stream, const std::string& name, Collection& collection) {
    std::string line;
    for (std::size_t number = 1; std::getline(stream, line); ++number) {
        if (number == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
        const std::string_view text = content_of(line);
        if (text.empty()) continue;
        auto next_hop = parse_target(text);
        if (!next_hop) next_hop = because(next_hop, name + ":" + std::to_string(number));
        collection.add(text, std::move(next_hop));
    }
    if (stream.bad()) return policy::fail(ErrorKind::Malformed, name + " cannot be read");
    return policy::ok();
}

Result<void> read_file(const std::string& name, std::istream& standard_input,
                       Collection& collection) {
    if (name == kStandardInput) return read_lines(standard_input, "standard input", collection);
    std::ifstream file(name);
    if (!file) return policy::fail(ErrorKind::Malformed, name + ": " + std::generic_category().message(errno), errno);
    return read_lines(file, name, collection);
}

}  // namespace

Result<CheckArguments> parse_check(const std::vector<std::string>& words) {
    CheckArguments arguments;
    po::options_description options;
    auto add = options.add_options();
    add("help,h", po::bool_switch(&arguments.help));
    add("json", po::bool_switch(&arguments.json));
    add("long", po::bool_switch(&arguments.whole));
    add("fresh", po::bool_switch(&arguments.fresh));
    add("direct", po::bool_switch(&arguments.direct));
    add("class", po::value(&arguments.class_name));
    add("file,f", po::value(&arguments.files)->composing());
    add("domain", po::value(&arguments.domains));
    const auto values = parse_words(words, options, "domain", -1);
    if (!values) return tl::unexpected(values.error());
    const bool nothing = arguments.domains.empty() && arguments.files.empty();
    if (!arguments.help && nothing) {
        return policy::fail(ErrorKind::Malformed, "no domain is given");
    }
    return arguments;
}

Result<NextHop> parse_target(std::string_view text) {
    auto parsed = NextHop::parse(text);
    if (parsed || text.starts_with('[')) return parsed;
    const std::size_t at = text.rfind('@');
    auto name = engine::to_domain_name(at == std::string_view::npos ? text : text.substr(at + 1));
    if (!name) return because(name, policy::quote(text));
    return NextHop::of(*name);
}

Result<Targets> targets_of(const CheckArguments& arguments, std::istream& standard_input) {
    Collection collection;
    for (const std::string& domain : arguments.domains) collection.add(domain, parse_target(domain));
    for (const std::string& file : arguments.files) {
        if (auto read = read_file(file, standard_input, collection); !read) {
            return tl::unexpected(read.error());
        }
    }
    Targets targets = collection.finish();
    if (targets.all.empty()) return policy::fail(ErrorKind::Malformed, "no domain is given");
    return targets;
}

}  // namespace smarttls::portal

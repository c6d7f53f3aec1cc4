// SPDX-License-Identifier: Apache-2.0
//
// smarttls.conf, as an administrator may write it.
#include "policy/config.h"
#include "policy/text.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {
namespace {

void judge_mistakes(const std::string& what) {
    require(!what.empty(), "a refusal says why");
    for (const std::string_view line : policy::split(what, '\n')) {
        require(is_printable(line) && !line.empty(), "each mistake is a line");
    }
}

}  // namespace

void judge(std::string_view input) {
    const policy::ConfigText file{"f", std::string(input)};
    const auto config = policy::parse_config({file});
    if (!config) {
        judge_mistakes(config.error().what);
        return;
    }
    require(!config->classes.empty(), "a class is configured");
    require(config->version.size() == 16, "a version has 16 digits");
    require(config->engine.min_ttl <= config->engine.max_ttl, "the shortest TTL is the shortest");
    for (const policy::MailClass& one : config->classes) {
        require(config->find_class(one.name) == &one, "a class is there once");
    }
    const auto twice = policy::parse_config({file, file});
    require(twice.has_value(), "a file may override itself");
    require(twice->classes.size() == config->classes.size(), "and adds no class");
    require(twice->engine.resolvers.size() == config->engine.resolvers.size() &&
                twice->milter.trusted_routes.size() == config->milter.trusted_routes.size(),
            "and no value");
}

}  // namespace smarttls::fuzz

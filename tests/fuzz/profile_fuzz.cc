// SPDX-License-Identifier: Apache-2.0
//
// A file of conf/profiles, as an administrator may write it.
#include <array>

#include "policy/profile.h"
#include "policy/text.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {
namespace {

using policy::Grade;
using policy::Profile;
using Part = policy::Profile::Part;

constexpr std::array<std::pair<Part, std::string_view>, 6> kParts{{{Part::Protocol, "protocol"},
                                                                   {Part::Suite, "suite"},
                                                                   {Part::Group, "group"},
                                                                   {Part::Curve, "curve"},
                                                                   {Part::Eddsa, "eddsa"},
                                                                   {Part::Hash, "hash"}}};

std::string written(const Profile& profile) {
    std::string text = "title = " + profile.title() + "\n";
    for (const auto& [part, word] : kParts) {
        for (const std::string& name : profile.names(part)) {
            const Grade grade = profile.grade(part, name);
            text.append(word).append(".").append(to_string(grade)).append(" = ");
            text.append(name).append("\n");
        }
    }
    return text;
}

void judge_mistakes(const std::string& what) {
    for (const std::string_view line : policy::split(what, '\n')) {
        require(is_printable(line) && line.starts_with("f"), "each mistake is a line with its file");
    }
}

}  // namespace

void judge(std::string_view input) {
    const auto profile = Profile::parse("f", input);
    if (!profile) {
        judge_mistakes(profile.error().what);
        return;
    }
    require(is_printable(profile->title()) && !profile->title().empty(), "a title is printable");
    require(!profile->names(Part::Protocol).empty(), "a profile lists protocols");
    for (const int bits : {0, 511, 1024, 2048, 3072, 65535}) {
        require(profile->grade_rsa(bits) <= profile->grade_rsa(bits + 1),
                "a longer key is never worse");
    }
    const auto again = Profile::parse("f", written(*profile));
    require(again && written(*again) == written(*profile), "a profile that is written is read");
}

}  // namespace smarttls::fuzz

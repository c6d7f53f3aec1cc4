// SPDX-License-Identifier: Apache-2.0
//
// A tag and a subject, separated by a zero byte: found, taken out and put in.
#include "policy/subject.h"
#include "policy/text.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {

void judge(std::string_view input) {
    const std::vector<std::string> texts = texts_of(input);
    const std::string& value = texts.back();
    const std::string tag = texts.size() > 1 && !texts.front().empty() ? texts.front() : "[secure]";
    const bool is_tag = tag.find_first_of(" \t\r\n\x1a") == std::string::npos && is_printable(tag) && tag.find("=?") == std::string::npos;
    if (!is_tag) return;
    const policy::Subject subject(value);
    require(subject.text().size() <= value.size(), "decoding makes nothing longer");
    require(subject.text().find_first_of("\r\n") == std::string::npos || value.find("=?") != std::string::npos,
            "literal text is unfolded");
    const std::string without = subject.without(tag);
    require(subject.has(tag) || without == value, "what has no tag stays as it was");
    const std::string with = policy::with_tag(value, tag);
    require(policy::Subject(with).has(tag), "a tag that is put in is found");
    require(!subject.has(tag) || with == value, "a tag is put in once");
    if (!subject.has(tag) && !policy::trim(value).empty()) {
        require(with.ends_with(value), "a tag that is put in changes nothing else");
    }
}

}  // namespace smarttls::fuzz

// SPDX-License-Identifier: Apache-2.0
#include "smarttls/dns/idna.h"

#include <idn2.h>

#include <algorithm>
#include <memory>
#include <string>

#include "policy/text.h"

namespace smarttls::engine {
namespace {

using policy::DomainName;
using policy::ErrorKind;
using policy::fail;
using policy::Result;

struct Idn2Free {
    void operator()(char* text) const noexcept { idn2_free(text); }
};

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
}

}  // namespace

Result<DomainName> to_domain_name(std::string_view utf8_or_ascii) {
    if (is_ascii(utf8_or_ascii)) return DomainName::parse(utf8_or_ascii);
    const std::string context = "domain name " + policy::quote(utf8_or_ascii);
    if (utf8_or_ascii.find('\0') != std::string_view::npos) {  // libidn2 would stop there
        return fail(ErrorKind::Malformed, context + ": it holds a NUL byte");
    }
    const std::string terminated(utf8_or_ascii);
    char* raw = nullptr;
    const int status =
        idn2_to_ascii_8z(terminated.c_str(), &raw, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<char, Idn2Free> ascii(raw);
    if (status != IDN2_OK) {
        return fail(ErrorKind::Malformed, context + ": " + idn2_strerror(status), status);
    }
    auto name = DomainName::parse(ascii.get());
    if (!name) return because(name, context);
    return name;
}

}  // namespace smarttls::engine

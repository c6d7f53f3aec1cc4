// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/templates.h"

#include <cerrno>
#include <kainjow/mustache.hpp>

#include "policy/text.h"
#include "store/sealing/durable_file.h"

namespace smarttls::portal {
namespace {

namespace mustache = kainjow::mustache;
using policy::ErrorKind;
using policy::Result;

constexpr std::size_t kLongestTemplate = 65'536;

mustache::data data_of(const Values& values) {
    mustache::data data;
    for (const auto& [name, value] : values) {
        data.set(name, value.empty() ? mustache::data(false) : mustache::data(value));
    }
    return data;
}

}  // namespace

Result<std::string> Templates::render(std::string_view name, const Values& values, Escape escape) const {
    const std::string file = (language_ == policy::Language::Dutch ? "/nl/" : "/en/") + std::string(name);
    for (const std::string& directory : directories_) {
        const auto text = store::read_file(directory + file, kLongestTemplate);
        if (!text && text.error().code == ENOENT) continue;
        if (!text) return tl::unexpected(text.error());
        mustache::mustache parsed(*text);
        if (!parsed.is_valid()) {
            return policy::fail(ErrorKind::Misconfigured, directory + file + ": " + parsed.error_message());
        }
        if (escape == Escape::None) parsed.set_custom_escape([](const std::string& value) { return value; });
        return parsed.render(data_of(values));
    }
    return policy::fail(ErrorKind::Misconfigured, "no template" + file + " in " + policy::join(directories_, ", "));
}

}  // namespace smarttls::portal

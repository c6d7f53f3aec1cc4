// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <iterator>

#include "policy/recipient_kind.h"
#include "policy/text.h"

namespace smarttls::policy {
namespace {

constexpr std::uintmax_t kLargestFile = 1 << 20;  // bytes; the shipped one has a few thousand

/// The first of `folders` that has a file of this name; an absolute path is taken as it is.
std::string find(const std::string& name_or_path, const std::vector<std::string>& folders) {
    if (name_or_path.starts_with('/')) return name_or_path;
    std::error_code ignored;
    for (const std::string& folder : folders) {
        std::string file = folder + "/" + name_or_path;
        if (std::filesystem::exists(file, ignored)) return file;
    }
    return {};
}

}  // namespace

Result<ConsumerDomains> load_consumer_domains(const std::vector<std::string>& names,
                                              const std::vector<std::string>& folders) {
    std::vector<ConfigText> texts;
    for (const std::string& name : names) {
        const std::string file = find(name, folders);
        if (file.empty()) {
            return fail(ErrorKind::Misconfigured, "there is no list " + quote(name) + " of consumers' domains in " +
                                                      join(folders, " or "));
        }
        std::error_code error;
        const std::uintmax_t size = std::filesystem::file_size(file, error);
        std::ifstream stream(file, std::ios::binary);
        if (error || !stream.is_open() || size > kLargestFile) {
            return fail(ErrorKind::Misconfigured, file + ": cannot be read");
        }
        texts.push_back({file, {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()}});
    }
    return ConsumerDomains::parse(texts);
}

Result<ConsumerDomains> load_consumer_domains(const std::vector<std::string>& names) {
    return load_consumer_domains(names, {"/etc/smarttls", SMARTTLS_DATADIR});
}

}  // namespace smarttls::policy

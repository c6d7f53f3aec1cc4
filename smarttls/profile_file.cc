// SPDX-License-Identifier: Apache-2.0
#include "smarttls/profile_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "policy/text.h"

namespace smarttls::engine {
namespace {

using policy::ErrorKind;
using policy::Profile;
using policy::Result;

constexpr std::uintmax_t kLargestFile = 1 << 20;  // bytes; the shipped ones have four thousand

Result<Profile> read_profile(const std::string& file) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(file, error);
    std::ifstream stream(file, std::ios::binary);
    if (error || !stream.is_open() || size > kLargestFile) {
        return policy::fail(ErrorKind::Misconfigured, file + ": cannot be read");
    }
    const std::string text{std::istreambuf_iterator<char>(stream),
                           std::istreambuf_iterator<char>()};
    return Profile::parse(file, text);
}

}  // namespace

Result<Profile> load_profile(const std::string& name_or_path) {
    return load_profile(name_or_path, {"/etc/smarttls/profiles", SMARTTLS_DATADIR "/profiles"});
}

Result<Profile> load_profile(const std::string& name_or_path,
                             const std::vector<std::string>& folders) {
    if (name_or_path.starts_with('/')) return read_profile(name_or_path);
    std::error_code ignored;
    for (const std::string& folder : folders) {
        const std::string file = folder + "/" + name_or_path + ".conf";
        if (std::filesystem::exists(file, ignored)) return read_profile(file);
    }
    return policy::fail(ErrorKind::Misconfigured, "there is no profile " +
                                                      policy::quote(name_or_path) + " in " +
                                                      policy::join(folders, " or "));
}

}  // namespace smarttls::engine

// SPDX-License-Identifier: Apache-2.0
#include "store/sealed_sweep.h"

#include <filesystem>
#include <vector>

#include "store/sealed_fates.h"
#include "store/sealing/durable_file.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::fail;
using policy::Result;

constexpr std::size_t kIdSize = 32;

bool is_id(const std::string& name) {
    return name.size() == kIdSize && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Result<std::vector<std::string>> names_of_messages(const std::string& directory) {
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (is_id(name)) names.push_back(name);
    }
    if (error) {
        return fail(ErrorKind::Misconfigured, "cannot read " + directory + ": " + error.message(),
                    error.value());
    }
    return names;
}

}  // namespace

Result<int> sweep_sealed(const std::string& directory, const std::string& evidence_path) {
    auto removed = remove_unfinished(directory);
    if (!removed) return removed;
    auto names = names_of_messages(directory);
    if (!names) return tl::unexpected(names.error());
    auto seals = SealedFates::open(evidence_path);
    if (!seals) return tl::unexpected(seals.error());
    for (const std::string& name : *names) {
        auto known = seals->knows(name);
        if (!known) return tl::unexpected(known.error());
        if (!*known && std::filesystem::remove(directory + "/" + name)) ++*removed;
    }
    return removed;
}

}  // namespace smarttls::store

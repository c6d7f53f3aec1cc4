// SPDX-License-Identifier: Apache-2.0
#include "store/residue.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <vector>

namespace smarttls::store {
namespace {

constexpr std::size_t kAtOnce = std::size_t{1} << 20;

}  // namespace

policy::Result<bool> file_has(const std::string& path, std::span<const std::uint8_t> bytes) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return policy::fail(policy::ErrorKind::Temporary, path + " cannot be read");
    const std::boyer_moore_horspool_searcher search(bytes.begin(), bytes.end());
    std::vector<std::uint8_t> window(bytes.size() + kAtOnce);
    std::size_t kept = 0;  // the end of what was read before: it may be the beginning of them
    while (file) {
        file.read(reinterpret_cast<char*>(window.data() + kept), static_cast<std::streamsize>(kAtOnce));
        const std::size_t there = kept + static_cast<std::size_t>(file.gcount());
        const auto end = window.begin() + static_cast<std::ptrdiff_t>(there);
        if (std::search(window.begin(), end, search) != end) return true;
        kept = std::min(there, bytes.size() - 1);
        std::copy(end - static_cast<std::ptrdiff_t>(kept), end, window.begin());
    }
    if (file.bad()) return policy::fail(policy::ErrorKind::Temporary, path + " cannot be read to its end");
    return false;
}

}  // namespace smarttls::store

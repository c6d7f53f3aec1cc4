// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "policy/config.h"

namespace smarttls::policy {
namespace {

Result<ConfigText> read_file(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    // A stream sets badbit where its buffer alone would throw: a directory can be opened, not read.
    // An empty file has nothing to insert, which is no failure of the input.
    if (stream.is_open() && stream.peek() != std::ifstream::traits_type::eof())
        text << stream.rdbuf();
    if (!stream.is_open() || stream.bad() || text.bad()) {
        return fail(ErrorKind::Misconfigured, path.string() + ": cannot be read");
    }
    return ConfigText{path.string(), std::move(text).str()};
}

}  // namespace

Result<Config> load_config(const std::string& file) {
    namespace fs = std::filesystem;
    std::vector<fs::path> paths;
    std::error_code error;
    const fs::path folder = fs::path(file).parent_path() / "conf.d";
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->path().extension() == ".conf") paths.push_back(entry->path());
    }
    std::sort(paths.begin(), paths.end());
    paths.insert(paths.begin(), file);
    std::vector<ConfigText> texts;
    for (const fs::path& path : paths) {
        auto text = read_file(path);
        if (!text) return because(text, "configuration");
        texts.push_back(*std::move(text));
    }
    return parse_config(texts);
}

}  // namespace smarttls::policy

// SPDX-License-Identifier: Apache-2.0
//
// DurableFile: a file that is either there whole, synced and under its name, or not at all.
//
//     Result<DurableFile> file = DurableFile::create(directory, 0640);
//     file->write(bytes);
//     Result<bool> published = file->publish("2026-11.pub");   // false: the name is taken
//
// It belongs to the owner of its directory, if we may give it away: what an administrator makes in a
// daemon's directory is for the daemon. Until it is published it bears a name that begins with ".new-"; destruction removes it. After a
// crash remove_unfinished() does.
// Ownership: the descriptor and the temporary name. Threads: one thread. Errors: Temporary (I/O, no
// space: may mend itself), Misconfigured (the directory is missing or not ours to write).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>

#include "policy/result.h"

namespace smarttls::store {

using policy::Result;

class DurableFile {
  public:
    [[nodiscard]] static Result<DurableFile> create(const std::string& directory, mode_t mode);
    DurableFile(DurableFile&& other) noexcept;
    DurableFile& operator=(DurableFile&&) noexcept;
    ~DurableFile();

    Result<void> write(std::span<const std::uint8_t> bytes);
    /// Content, name and directory are on disk when this returns true. Nothing is ever replaced.
    [[nodiscard]] Result<bool> publish(const std::string& name);

  private:
    struct Close {
        /// Of a file that nobody published: what was lost does not matter.
        void operator()(std::FILE* file) const noexcept { static_cast<void>(std::fclose(file)); }
    };
    using Handle = std::unique_ptr<std::FILE, Close>;
    DurableFile(std::string directory, std::string path, Handle file)
        : directory_(std::move(directory)), path_(std::move(path)), file_(std::move(file)) {}
    [[nodiscard]] Result<void> sync();

    std::string directory_;
    std::string path_;  // the temporary one; empty when there is nothing left to remove
    Handle file_;
};

/// Zeros over the content, synced: on a file system that writes in place nothing of it is left.
Result<void> overwrite_file(const std::string& path);

/// Makes the content of a file durable.
Result<void> sync_file(const std::string& path);

/// Makes the names in a directory durable, such as one that was removed.
Result<void> sync_directory(const std::string& directory);

/// Removes what a crash left behind; how many files it were. Only while nobody writes there.
Result<int> remove_unfinished(const std::string& directory);

/// At most `most` bytes of a file. Errors: Misconfigured (missing, not readable), Corrupt (longer).
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t most);

}  // namespace smarttls::store

// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::ok;

constexpr const char* kUnfinished = ".new-";

/// No space and I/O errors pass; a directory that is missing or closed to us does not by itself.
tl::unexpected<policy::Error> failed(const std::string& what, int error) {
    const bool set_up = error == ENOENT || error == EACCES || error == ENOTDIR || error == EPERM;
    return policy::fail(set_up ? ErrorKind::Misconfigured : ErrorKind::Temporary,
                        what + ": " + std::generic_category().message(error), error);
}

Result<void> sync(const std::string& path, int flags) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
    if (descriptor < 0) return failed("cannot open " + path, errno);
    const int error = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    if (error != 0) return failed("cannot sync " + path, error);
    return ok();
}

}  // namespace

Result<DurableFile> DurableFile::create(const std::string& directory, mode_t mode) {
    std::string path = directory + "/" + kUnfinished + "XXXXXX";
    const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
    if (descriptor < 0) return failed("cannot create a file in " + directory, errno);
    Handle file(::fdopen(descriptor, "w"));
    if (!file) {
        const int error = errno;
        ::close(descriptor);
        ::unlink(path.c_str());
        return failed(path, error);
    }
    DurableFile created(directory, std::move(path), std::move(file));
    if (::fchmod(descriptor, mode) != 0) return failed(created.path_, errno);
    struct stat home {};
    const bool ours = ::stat(directory.c_str(), &home) != 0 || ::geteuid() != 0;
    if (!ours && ::fchown(descriptor, home.st_uid, home.st_gid) != 0) {
        return failed(created.path_, errno);
    }
    return created;
}

DurableFile::DurableFile(DurableFile&& other) noexcept
    : directory_(std::move(other.directory_)),
      path_(std::exchange(other.path_, {})),
      file_(std::move(other.file_)) {}

/// What this one held goes with the other, when that ends.
DurableFile& DurableFile::operator=(DurableFile&& other) noexcept {
    std::swap(directory_, other.directory_);
    std::swap(path_, other.path_);
    std::swap(file_, other.file_);
    return *this;
}

DurableFile::~DurableFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
}

Result<void> DurableFile::write(std::span<const std::uint8_t> bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size()) return ok();
    return failed("cannot write in " + directory_, errno);
}

Result<void> DurableFile::sync() {
    if (std::fflush(file_.get()) == 0 && ::fsync(::fileno(file_.get())) == 0) return ok();
    return failed("cannot write in " + directory_, errno);
}

Result<bool> DurableFile::publish(const std::string& name) {
    if (auto synced = sync(); !synced) return tl::unexpected(synced.error());
    const std::string target = directory_ + "/" + name;
    if (::link(path_.c_str(), target.c_str()) != 0) {
        if (errno == EEXIST) return false;
        return failed("cannot create " + target, errno);
    }
    ::unlink(std::exchange(path_, {}).c_str());
    if (auto synced = sync_directory(directory_); !synced) return tl::unexpected(synced.error());
    return true;
}

Result<void> overwrite_file(const std::string& path) {
    struct stat found {};
    if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 || ::stat(path.c_str(), &found) != 0) return failed("cannot open " + path, errno);
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "r+e"), &std::fclose);
    if (!file) return failed("cannot open " + path, errno);
    const std::string zeros(static_cast<std::size_t>(found.st_size), '\0');
    const bool written = std::fwrite(zeros.data(), 1, zeros.size(), file.get()) == zeros.size() &&
                         std::fflush(file.get()) == 0 && ::fsync(::fileno(file.get())) == 0;
    return written ? ok() : failed("cannot write " + path, errno);
}

Result<void> sync_file(const std::string& path) { return sync(path, O_RDONLY); }

Result<void> sync_directory(const std::string& directory) { return sync(directory, O_RDONLY | O_DIRECTORY); }

Result<int> remove_unfinished(const std::string& directory) {
    std::error_code error;
    int removed = 0;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        if (!entry->path().filename().string().starts_with(kUnfinished)) continue;
        if (::unlink(entry->path().c_str()) == 0) ++removed;
    }
    if (error) return failed("cannot read " + directory, error.value());
    return removed;
}

Result<std::string> read_file(const std::string& path, std::size_t most) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                               &std::fclose);
    if (!file) return failed("cannot open " + path, errno);
    std::string content(most + 1, '\0');
    content.resize(std::fread(content.data(), 1, content.size(), file.get()));
    if (std::ferror(file.get()) != 0) return failed("cannot read " + path, errno);
    if (content.size() <= most) return content;
    return policy::fail(ErrorKind::Corrupt, path + " is longer than " + std::to_string(most) +
                                                " bytes, and so is not what it should be");
}

}  // namespace smarttls::store

// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/file_source.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "milter/delivery/syslog_line.h"
#include "policy/text.h"
#include "smarttls/log.h"

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using policy::Result;

constexpr std::size_t kAtOnce = 524288;
constexpr std::string_view kKind = "file";

LogTime now() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

/// Whether a file can be the one that was read up to the offset.
Result<bool> continues(const LogFile& file, const FileFacts& facts, std::uint64_t offset,
                       const FileMark& mark) {
    if (facts.size < offset) return false;
    const auto found = file.mark(mark.size);
    if (!found) return tl::unexpected(found.error());
    return *found == mark || mark.size == 0;
}

}  // namespace

std::string FileSource::place() const {
    std::string text(kKind);
    for (const std::uint64_t number :
         {place_.id.device, place_.id.inode, place_.offset, place_.mark.size, place_.mark.sum,
          static_cast<std::uint64_t>(place_.written)}) {
        text += ' ' + std::to_string(number);
    }
    return text;
}

Result<void> FileSource::resume(std::string_view place) {
    file_.reset();
    if (place.empty()) return policy::ok();  // read() begins with the file as it is then
    std::array<std::uint64_t, 6> numbers{};
    const auto words = policy::split(place, ' ');
    bool fits = words.size() == numbers.size() + 1 && words.front() == kKind;
    for (std::size_t i = 0; fits && i < numbers.size(); ++i) {
        const std::string_view word = words[i + 1];
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), numbers[i]);
        fits = error == std::errc{} && end == word.data() + word.size();
    }
    if (!fits) {
        return policy::fail(ErrorKind::Corrupt, policy::quote(place) + " is no place in a log file");
    }
    place_ = {{numbers[0], numbers[1]}, numbers[2], {numbers[3], numbers[4]},
              static_cast<std::int64_t>(numbers[5])};
    if (place_.id == FileId{}) return policy::ok();  // there was no file yet
    const auto found = find(place_);
    if (!found) return tl::unexpected(found.error());
    if (*found) return policy::ok();
    engine::log(engine::Severity::Warning,
                path_ + ": the file that was read last is gone; what was written to it since then is not known");
    const auto begun = begin_behind(place_.written);
    return begun ? policy::ok() : Result<void>(tl::unexpected(begun.error()));
}

void FileSource::begin(LogFile file, const Place& place) {
    file_ = std::move(file);
    place_ = place;
    partial_.clear();
    ahead_ = 0;
    too_long_ = false;
}

/// The file of the place, under its name or another one; else a copy of it.
Result<bool> FileSource::find(const Place& place) {
    std::vector<std::string> names = rotated_files(path_);
    names.push_back(path_);
    std::optional<LogFile> copy;
    Place at_copy = place;
    for (const std::string& name : names) {
        auto file = LogFile::open(name);
        if (!file) return tl::unexpected(file.error());
        if (!*file) continue;
        const auto facts = (*file)->look();
        const auto fits = facts ? continues(**file, *facts, place.offset, place.mark)
                                : Result<bool>(tl::unexpected(facts.error()));
        if (!fits) return tl::unexpected(fits.error());
        if (*fits && facts->id == place.id) {
            begin(*std::move(*file), place);
            return true;
        }
        if (*fits && place.mark.size > 0) {
            at_copy.id = facts->id;
            copy = std::move(*file);
        }
    }
    if (!copy) return false;
    begin(*std::move(copy), at_copy);
    return true;
}

/// The oldest one that was written to behind that time and is not the one we read.
Result<std::optional<LogFile>> FileSource::younger_rotated(std::int64_t written) const {
    for (const std::string& name : rotated_files(path_)) {
        auto file = LogFile::open(name);
        if (!file) return file;
        if (!*file) continue;
        const auto facts = (*file)->look();
        if (!facts) return tl::unexpected(facts.error());
        if (facts->written > written && facts->id != place_.id) return file;
    }
    return std::optional<LogFile>();
}

/// Begins that one, or the live one when there is none.
Result<bool> FileSource::begin_behind(std::int64_t written) {
    auto file = younger_rotated(written);
    if (!file) return tl::unexpected(file.error());
    if (!*file) return open_live();
    const auto facts = (*file)->look();
    if (!facts) return tl::unexpected(facts.error());
    begin(*std::move(*file), {facts->id, 0, {}, facts->written});
    return true;
}

Result<bool> FileSource::open_live() {
    auto file = LogFile::open(path_);
    if (!file) return tl::unexpected(file.error());
    if (!*file) return false;
    const auto facts = (*file)->look();
    if (!facts) return tl::unexpected(facts.error());
    begin(*std::move(*file), {facts->id, 0, {}, facts->written});
    return true;
}

/// False: truncated, and perhaps filled again.
Result<bool> FileSource::is_as_left() const {
    const auto facts = file_->look();
    if (!facts) return tl::unexpected(facts.error());
    return continues(*file_, *facts, place_.offset + ahead_, place_.mark);
}

Result<bool> FileSource::read(const Take& take) {
    if (!file_) {
        auto opened = open_live();
        if (!opened || !*opened) return opened;
    }
    const auto facts = file_->look();
    if (!facts) return tl::unexpected(facts.error());
    latest_ = std::min(now(), facts->written_at());
    place_.written = facts->written;
    auto same = is_as_left();
    if (!same) return same;
    if (!*same) return follow_truncation();
    auto more = read_on(take);
    if (!more) return more;
    return *more ? more : at_end(take);
}

/// False: nothing was there.
Result<bool> FileSource::read_on(const Take& take) {
    buffer_.resize(kAtOnce);
    const auto count = file_->read(place_.offset + ahead_, buffer_);
    if (!count) return tl::unexpected(count.error());
    if (*count == 0) return false;
    give_lines({buffer_.data(), *count}, take);
    if (place_.mark.size < FileMark::kLongest) {
        if (const auto renewed = renew_mark(); !renewed) return tl::unexpected(renewed.error());
    }
    return true;
}

Result<void> FileSource::renew_mark() {
    const auto mark = file_->mark(place_.offset);
    if (!mark) return tl::unexpected(mark.error());
    place_.mark = *mark;
    return policy::ok();
}

void FileSource::give_lines(std::string_view chunk, const Take& take) {
    while (!chunk.empty()) {
        const std::size_t size = chunk.find('\n');
        const bool whole = size != std::string_view::npos;
        const std::string_view piece = chunk.substr(0, size);
        chunk.remove_prefix(whole ? size + 1 : chunk.size());
        ahead_ += piece.size() + (whole ? 1 : 0);
        too_long_ = too_long_ || partial_.size() + piece.size() > kLongestLine;
        if (too_long_) {
            partial_.clear();
        } else if (!whole || !partial_.empty()) {
            partial_ += piece;
        }
        if (!whole) continue;
        if (too_long_) {
            engine::log(engine::Severity::Warning, path_ + ": skipped a line that is too long");
        } else {
            give(partial_.empty() ? piece : std::string_view(partial_), take);
        }
        place_.offset += std::exchange(ahead_, 0);
        partial_.clear();
        too_long_ = false;
    }
}

void FileSource::give(std::string_view line, const Take& take) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto parts = parse_syslog_line(line);
    if (!parts) return;
    const LogTime time = clock_.read(parts->stamp, latest_).value_or(latest_);
    take({time, parts->identifier, parts->pid, parts->message});
}

/// Whether the name leads to another file by now, and that one, or one that was rotated since, is in use.
Result<bool> FileSource::is_superseded() const {
    const auto live = LogFile::open(path_);
    if (!live) return tl::unexpected(live.error());
    if (*live) {
        const auto facts = (*live)->look();
        if (!facts) return tl::unexpected(facts.error());
        if (facts->id == place_.id) return false;
        if (facts->size > 0) return true;
    }
    const auto younger = younger_rotated(place_.written);
    if (!younger) return tl::unexpected(younger.error());
    return younger->has_value();
}

Result<bool> FileSource::at_end(const Take& take) {
    auto superseded = is_superseded();
    if (!superseded || !*superseded) return superseded;
    const auto facts = file_->look();
    if (!facts) return tl::unexpected(facts.error());
    if (now() < facts->written_at() + let_go_ || facts->size > place_.offset + ahead_) return false;
    if (!partial_.empty()) give(partial_, take);  // nobody is going to end it
    return begin_behind(facts->written);
}

/// Reads on in the copy that was made before; without one, begins anew.
Result<bool> FileSource::follow_truncation() {
    Place place = place_;
    place.id = {};  // the copy is another file
    auto copied = find(place);
    if (!copied || *copied) return copied;
    engine::log(engine::Severity::Warning, path_ + ": was truncated; what was not read yet is lost");
    return open_live();
}

}  // namespace smarttls::milter

// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the store share: a directory of their own, records to append, a child process
// to kill, and the outcome of a wait.
// Threads: one.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include "policy/deadline.h"
#include "store/evidence.h"

namespace smarttls::store::test {

/// Removed with everything in it at the end of the test.
class ScratchDirectory {
  public:
    ScratchDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "store-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;
    ~ScratchDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string file(const std::string& name) const {
        return (path_ / name).string();
    }

  private:
    std::filesystem::path path_;
};

inline EvidenceTime at(std::int64_t milliseconds) {
    return EvidenceTime(std::chrono::milliseconds(milliseconds));
}

inline RecipientEvidence recipient(const std::string& address, const std::string& outcome) {
    const std::string domain = address.substr(address.find('@') + 1);
    return {address, domain, outcome, "meets-level", "the servers of " + domain + " do", ""};
}

inline EvidenceRecord record(const std::string& queue_id) {
    EvidenceRecord record;
    record.event = kSubmissionAcceptance;
    record.time = at(1'000'000);
    record.class_name = "medical";
    record.queue_id = queue_id;
    record.sender = "alice@org.example";
    record.outcome = "direct";
    record.floor = "dane";
    record.recipients = {recipient("bob@example.nl", "direct")};
    return record;
}

inline policy::Deadline soon(std::chrono::milliseconds wait = std::chrono::seconds(60)) {
    return policy::Deadline::after(policy::Deadline::Clock::now(), wait);
}

/// True when the condition came true within a minute.
inline bool eventually(const std::function<bool()>& condition) {
    const policy::Deadline limit = soon();
    while (!condition()) {
        if (limit.passed(policy::Deadline::Clock::now())) return false;
        std::this_thread::yield();
    }
    return true;
}

/// Runs `body` in a child process, which ends with its value as exit status.
inline pid_t start_child(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    return child;
}

inline int wait_for_child(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

}  // namespace smarttls::store::test

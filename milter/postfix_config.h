// SPDX-License-Identifier: Apache-2.0
//
// PostfixConfig: what Postfix's main.cf and master.cf say about the floor transports, read with
// Postfix's own postconf(1) and tried with postmap(1), so that its syntax stays its own business.
//
// A transport that exists but has lost a line would deliver with less than its floor; the canary's
// transaction cannot see that, this check does.
// Threads: immutable; every call starts programs and waits for them. Errors: Misconfigured, Temporary.
#pragma once

#include <sys/stat.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace smarttls::milter {

/// Changes when main.cf or master.cf change; cheap enough for every message.
struct FileStamp {
    struct File {
        ino_t inode = 0;
        off_t size = 0;
        long seconds = 0;
        long nanoseconds = 0;
        friend bool operator==(const File&, const File&) = default;
    };
    File main;
    File master;
    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

class PostfixConfig {
  public:
    /// `trusted`: transports of the site's own that may carry class mail.
    explicit PostfixConfig(std::string directory, std::string control_header = {},
                           std::vector<std::string> trusted = {})
        : directory_(std::move(directory)),
          control_header_(std::move(control_header)),
          trusted_(std::move(trusted)) {}

    [[nodiscard]] FileStamp stamp() const;

    /// Success when every floor transport enforces its floor and the tag is taken off on the wire;
    /// else an error that names the line of conf/postfix that is missing. Where a trusted transport may hand
    /// class mail to other instances of Postfix (multi_instance_directories), they need the lines as well.
    [[nodiscard]] policy::Result<void> check() const;

    /// What mydestination names, in lower case; without the tables that it may name too.
    [[nodiscard]] policy::Result<std::vector<std::string>> local_domains() const;
    /// The same for recipients with a floor of their own (policy/recipient_tag.h).
    [[nodiscard]] policy::Result<void> check_lower_floors() const;

  private:
    [[nodiscard]] policy::Result<void> check_lines() const;
    [[nodiscard]] policy::Result<void> check_other_instances() const;
    [[nodiscard]] policy::Result<void> check_without_milter() const;
    [[nodiscard]] policy::Result<void> check_floor_guard(const std::string& listing) const;
    [[nodiscard]] policy::Result<void> check_per_site() const;
    [[nodiscard]] policy::Result<void> check_transports(const std::string& listing) const;
    [[nodiscard]] policy::Result<void> check_tables() const;
    [[nodiscard]] policy::Result<std::map<std::string, std::string>> look_up(
        const std::string& parameter, std::vector<std::string> keys) const;
    [[nodiscard]] policy::Result<std::string> postconf(std::string option,
                                                       std::string parameter = {}) const;

    std::string directory_;
    std::string control_header_;
    std::vector<std::string> trusted_;
};

/// "hash:/etc/a, regexp:{ {/x/ y} }" -> its two tables: blanks and commas separate, braces protect.
[[nodiscard]] std::vector<std::string> split_tables(std::string_view value);

}  // namespace smarttls::milter

// SPDX-License-Identifier: Apache-2.0
//
// MimeWalker: takes a message apart into its leaves (RFC 2046) while it streams by, whatever its size and however it is
// broken. GMime's own parser would need the message in memory or in a file that can be seeked.
//
//     MimeWalker walker(leaves);          // leaves: MimeLeaves, told of each part that holds something
//     walker.feed(bytes);  ...
//     walker.finish();
//
// Multiparts are entered; message/rfc822 is a leaf. Bounds: kDeepestMultipart levels, kMostLeaves leaves and
// kLongestPartHeader bytes of each header; what lies beyond is one leaf more, or left out of the header.
// Ownership: borrows the leaves. Memory: one header and one line. Threads: one thread at a time. Errors: none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "portal/mail/mail_part.h"

namespace smarttls::portal {

inline constexpr std::size_t kDeepestMultipart = 20;
inline constexpr std::size_t kMostLeaves = 1000;
inline constexpr std::size_t kLongestPartHeader = 65'536;

struct Leaf {
    MailPart part;
    std::size_t number = 0;       // from 1, in order
    std::size_t alternative = 0;  // which multipart/alternative it is in, if any (RFC 2046 §5.1.4)
};

class MimeLeaves {
  public:
    MimeLeaves() = default;
    MimeLeaves(const MimeLeaves&) = delete;
    MimeLeaves& operator=(const MimeLeaves&) = delete;
    virtual ~MimeLeaves() = default;

    /// The header of the message itself; the first call.
    virtual void on_header(const HeaderLines& fields) = 0;
    virtual void on_leaf(const Leaf& leaf) = 0;
    /// Some of its body, still in its transfer encoding.
    virtual void on_body(std::string_view piece) = 0;
    virtual void on_leaf_end() = 0;
};

class MimeWalker {
  public:
    explicit MimeWalker(MimeLeaves& leaves) : leaves_(leaves) {}

    void feed(std::string_view bytes);
    /// The message ends here, complete or not.
    void finish();

  private:
    enum class State { Header, Body, Ignored };
    struct Multipart {
        std::string delimiter;  // "--" and the boundary
        std::size_t alternative = 0;
    };

    void on_line(std::string_view line, std::string_view ending);
    void on_header_line(std::string_view line, std::string_view ending);
    void on_body_line(std::string_view line, std::string_view ending);
    void add_header_line(std::string_view line);
    void end_header();
    void enter(const MailPart& part);
    void begin_leaf(const MailPart& part);
    void end_leaf();
    bool is_delimiter(std::string_view line);

    MimeLeaves& leaves_;
    State state_ = State::Header;
    bool is_first_header_ = true;
    bool is_in_line_ = false;  // the beginning of an overlong line was taken already
    HeaderLines fields_;
    std::size_t header_size_ = 0;
    std::vector<Multipart> open_;
    std::size_t multiparts_ = 0;
    std::size_t leaf_count_ = 0;
    std::string pending_ending_;  // of the last body line: the delimiter's, if one follows (RFC 2046 §5.1.1)
    std::string line_;            // its beginning, until its end comes
};

}  // namespace smarttls::portal

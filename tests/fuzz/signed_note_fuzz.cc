// SPDX-License-Identifier: Apache-2.0
//
// A signed note and the checkpoint in it, as a stranger hands them in; the key is the golden log's.
#include "store/log/checkpoint.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {
namespace {

constexpr std::string_view kKey =
    "mail.example.org/milter+5b1041d6+AZcDvGEQ0Nmh3YZI6uu0RLqyBlThGgLoFHTJ2926TE3l";

void judge_checkpoint(const std::string& text) {
    const auto checkpoint = store::parse_checkpoint(text);
    if (!checkpoint) {
        require(is_printable(checkpoint.error().what), "an error is printable");
        return;
    }
    require(store::to_text(*checkpoint) == text, "a checkpoint has one spelling");
    require(checkpoint->size <= store::kMostLeaves, "a log has a size");
}

}  // namespace

void judge(std::string_view input) {
    static const store::NoteVerifier verifier = store::NoteVerifier::parse(kKey).value();
    judge_checkpoint(std::string(input));
    const auto opened = store::open_note(input, verifier);
    const auto note = store::parse_note(input);
    if (!note) {
        require(is_printable(note.error().what), "an error is printable");
        require(!opened, "what is no note is not opened");
        return;
    }
    require(note->text.ends_with('\n') && input.starts_with(note->text),
            "a text ends in a newline");
    require(!note->signatures.empty() && note->signatures.size() <= store::kMostSignatures,
            "a note has 1 to 16 signatures");
    if (!opened) require(is_printable(opened.error().what), "an error is printable");
    judge_checkpoint(note->text);
}

}  // namespace smarttls::fuzz

// SPDX-License-Identifier: Apache-2.0
//
// Result<T>: the one error idiom of the whole tree. A function that may fail to find out returns a
// Result; a finding ("no STARTTLS") is a value, never an Error.
//
//     Result<DomainName> name = DomainName::parse(text);
//     if (!name) return because(name, "while reading the recipient");
//
// Ownership: values. Threads: immutable values. Errors: kind says what the caller may do; `what` is
// a sentence without a final full stop; context is put in front, once per layer.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace smarttls::policy {

/// What the caller may do about an error; each kind is one row of the disposition table.
enum class ErrorKind {
    Temporary,      // try again later
    Permanent,      // trying again is of no use
    Malformed,      // the input is not of its format
    Untrusted,      // DNSSEC validation failed (bogus)
    Misconfigured,  // an administrator has to mend the configuration
    Corrupt,        // stored data is damaged
    Bug,            // our own mistake
};

[[nodiscard]] std::string_view to_string(ErrorKind kind);

struct Error {
    ErrorKind kind = ErrorKind::Bug;
    std::string what = "no result";
    int code = 0;  // errno or library code, 0 if there is none
};

/// A value or an Error. Default-constructed it holds an Error of kind Bug: Asio's co_spawn needs a
/// default constructor, and a result that nobody set must not look like success.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
    using Base = tl::expected<T, Error>;

  public:
    Result() : Base(tl::unexpect, Error{}) {}
    Result(Base base) : Base(std::move(base)) {}  // NOLINT: implicit, so that ok() reads as it does
    using Base::Base;
};

/// Success without a value: `return ok();`
[[nodiscard]] inline Result<void> ok() { return tl::expected<void, Error>(); }

/// `return fail(ErrorKind::Malformed, "the name is empty");`
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorKind kind, std::string what, int code = 0) {
    return tl::unexpected<Error>(Error{kind, std::move(what), code});
}

/// Passes the error of `failed` on with `context` in front: "context: what".
template <class T>
[[nodiscard]] tl::unexpected<Error> because(const Result<T>& failed, std::string_view context) {
    Error error = failed.error();
    error.what = std::string(context).append(": ").append(error.what);
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace smarttls::policy

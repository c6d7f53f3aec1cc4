// SPDX-License-Identifier: Apache-2.0
//
// GMime's and GLib's objects as handles, and the start of the library.
//
// Ownership: a handle owns its reference. Threads: start_gmime() any; a handle one thread at a time.
#pragma once

#include <gmime/gmime.h>

#include <memory>
#include <string>

namespace smarttls::portal {

struct FreeWithGlib {
    void operator()(void* memory) const noexcept { g_free(memory); }
};
struct Unreference {
    void operator()(void* object) const noexcept { g_object_unref(object); }
};

using GlibText = std::unique_ptr<char, FreeWithGlib>;
using ContentType = std::unique_ptr<GMimeContentType, Unreference>;
using ContentDisposition = std::unique_ptr<GMimeContentDisposition, Unreference>;
using Filter = std::unique_ptr<GMimeFilter, Unreference>;

/// Before anything else of GMime; once for the process, which keeps it to its end.
inline void start_gmime() {
    static const bool started = [] {
        g_mime_init();
        return true;
    }();
    static_cast<void>(started);
}

[[nodiscard]] inline std::string text_of(const char* text) { return text == nullptr ? std::string() : text; }

}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
//
// The pthread_create(3) of this program: that of the C library, except for libmilter, which gets its
// threads from a ThreadSupply. libmilter offers no other way to limit them. Its workers detach themselves,
// which a thread that serves one after the other can do but once: so pthread_detach(3) is here, too.
#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

#include "milter/thread_supply.h"

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the C library has reserved names
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*routine)(void*), void* argument) noexcept {
    using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
    static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
    auto* supply = smarttls::milter::thread_supply();
    const bool is_own = attributes != nullptr || gettid() == getpid();
    if (supply == nullptr || is_own) return create(thread, attributes, routine, argument);
    *thread = pthread_self();  // libmilter does not ask who it is
    supply->start({routine, argument});
    return 0;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
extern "C" int pthread_detach(pthread_t thread) noexcept {
    static const auto detach = reinterpret_cast<int (*)(pthread_t)>(dlsym(RTLD_NEXT, "pthread_detach"));
    if (smarttls::milter::is_supplied_thread() && pthread_equal(thread, pthread_self()) != 0) return 0;
    return detach(thread);
}

// SPDX-License-Identifier: Apache-2.0
#include "smarttls/what_of.h"

namespace smarttls::engine {

std::string what_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& exception) {
        return exception.what();
    } catch (...) {
        return "something that is no std::exception";
    }
}

}  // namespace smarttls::engine

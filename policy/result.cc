// SPDX-License-Identifier: Apache-2.0
#include "policy/result.h"

namespace smarttls::policy {

std::string_view to_string(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Temporary: return "temporary";
        case ErrorKind::Permanent: return "permanent";
        case ErrorKind::Malformed: return "malformed";
        case ErrorKind::Untrusted: return "untrusted";
        case ErrorKind::Misconfigured: return "misconfigured";
        case ErrorKind::Corrupt: return "corrupt";
        case ErrorKind::Bug: return "bug";
    }
    return "bug";
}

}  // namespace smarttls::policy

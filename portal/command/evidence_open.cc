// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_open.h"

#include "portal/command/exit_status.h"
#include "portal/command/render.h"

namespace smarttls::portal {

policy::Result<store::EvidenceReader> open_evidence(const policy::Config& config) {
    if (config.store.evidence.empty()) {
        return policy::fail(policy::ErrorKind::Misconfigured,
                            "the configuration names no evidence database ([store] evidence)");
    }
    return store::EvidenceReader::open(config.store, config.portal.private_keys);
}

int complain(const policy::Error& error, std::ostream& err) {
    err << "smarttls: " << printable(error.what) << "\n";
    return exit_status(error.kind);
}

int complain_about_usage(const policy::Error& error, std::string_view verb, std::ostream& err) {
    err << "smarttls: " << printable(error.what) << " (see smarttls " << verb << " --help)\n";
    return exit_status(error.kind);
}

}  // namespace smarttls::portal

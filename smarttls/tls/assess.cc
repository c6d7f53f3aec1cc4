// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/assess.h"

#include "smarttls/tls/dane.h"
#include "smarttls/tls/pkix.h"

namespace smarttls::engine {

SessionFacts assess(const Observation& seen, const policy::DomainName& host,
                    const DaneDemand& demand, const TlsContext& trusted, policy::WallTime now) {
    SessionFacts facts{seen, {}, {}};
    if (!seen.peer) {
        facts.pkix = {policy::Reason::CertificateNotTrusted};
        facts.dane = unmet(demand, trusted);
        return facts;
    }
    facts.dane = judge_dane(*seen.peer, trusted, demand, now);
    if (demand.decides && facts.dane.status == policy::DaneStatus::Verified) return facts;
    facts.pkix = pkix_defects(*seen.peer, trusted, host, now);
    return facts;
}

}  // namespace smarttls::engine

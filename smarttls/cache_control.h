// SPDX-License-Identifier: Apache-2.0
//
// The maps `cache` and `flush`: what is kept, for `smarttls cache show`, and forgetting it.
//
//     PendingAnswerPtr shown = show(caches, question.next_hop);     // wait(shown, deadline)
//     MapAnswer done = flush(caches, question.next_hop, peer_user(fd));
//
// `cache example.nl` answers OK with one entry, or NOTFOUND; `cache *` the sizes of memory and file
// and the entries that were used last, kMostListed at most. `flush` answers at once; the file follows
// within moments.
//
// Whoever reaches the socket may look, as he may ask for each verdict. To flush is for root and the
// engine's own user alone: it forgets the best level ever seen, and with it the alarm about a
// downgrade, and all domains at once would be probed anew; Postfix's processes, which talk to
// strangers, reach the socket as well.
// Threads: one thread (that of the executor). Errors: none; what cannot be done is an answer.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>

#include "policy/next_hop.h"
#include "smarttls/cache.h"
#include "smarttls/maps.h"
#include "smarttls/pending.h"

namespace smarttls::engine {

using PendingAnswer = Pending<MapAnswer>;
using PendingAnswerPtr = std::shared_ptr<PendingAnswer>;

inline constexpr std::size_t kMostListed = 150;  // a hundred kilobytes, which a reply may have

[[nodiscard]] PendingAnswerPtr show(VerdictCaches caches,
                                    const std::optional<policy::NextHop>& next_hop);

/// `user`: who asks.
[[nodiscard]] MapAnswer flush(VerdictCaches caches, const std::optional<policy::NextHop>& next_hop,
                              std::optional<uid_t> user);

[[nodiscard]] bool may_flush(std::optional<uid_t> user, uid_t own);

}  // namespace smarttls::engine

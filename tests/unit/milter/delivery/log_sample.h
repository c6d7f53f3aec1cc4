// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the delivery log share: logs that a real Postfix wrote (logs/, by the lab's servers), and what
// the assembler makes of one. Of Sendmail: lines in the form that its users publish.
// Threads: one.
#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "milter/delivery/delivery_assembler.h"
#include "milter/delivery/syslog_line.h"

namespace smarttls::milter::test {

inline std::vector<std::string> sample_lines(const std::string& name) {
    std::ifstream file(std::string(SMARTTLS_SOURCE_DIR "/tests/unit/milter/delivery/logs/") + name);
    if (!file) throw std::runtime_error("no sample " + name);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

/// Hands one line to the assembler.
inline void feed(DeliveryAssembler& assembler, const std::string& line, std::vector<Delivery>& news,
                 LogTime time = LogTime(std::chrono::hours(1))) {
    const auto parts = parse_syslog_line(line);
    if (!parts) throw std::runtime_error("no line of syslog: " + line);
    assembler.add({time, parts->identifier, parts->pid, parts->message}, news);
}

inline std::vector<Delivery> read_all(const std::vector<std::string>& lines,
                                      policy::Mta mta = policy::Mta::Postfix) {
    DeliveryAssembler assembler(mta);
    std::vector<Delivery> news;
    for (const std::string& line : lines) feed(assembler, line, news);
    if (assembler.unreadable() != 0) throw std::runtime_error("unreadable lines");
    return news;
}

/// The deliveries of a queue id to a recipient.
inline std::vector<Delivery> of(const std::vector<Delivery>& all, const std::string& queue_id,
                                const std::string& recipient) {
    std::vector<Delivery> found;
    std::copy_if(all.begin(), all.end(), std::back_inserter(found), [&](const Delivery& one) {
        return one.queue_id == queue_id && one.recipient == recipient;
    });
    return found;
}

/// The only one.
inline Delivery only(const std::vector<Delivery>& all, const std::string& queue_id,
                     const std::string& recipient) {
    const auto found = of(all, queue_id, recipient);
    if (found.size() != 1) throw std::runtime_error(queue_id + " " + recipient + " is not there once");
    return found.front();
}

}  // namespace smarttls::milter::test

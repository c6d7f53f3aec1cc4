// SPDX-License-Identifier: Apache-2.0
//
// Marking: which class a message is of, and what says so. Pure: facts in, class out.
//
//     Marking marking = mark(config, facts);
//     if (marking.unknown) ...                       // the control header names no class: refuse
//     if (marking.mail_class != nullptr) ...         // the strictest of those that a trigger names
//
// What the MTA has seen of the client (user, network, certificate) marks mail whoever sends it. What the
// message says, by envelope or header, counts from clients that may set a class. Mail that comes back
// with a floor in its sender (a content filter, smarttls message release) was marked when it came first:
// of it only the control header counts, unless the floor is below that of the class.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/config.h"
#include "policy/msip_labels.h"

namespace smarttls::policy {

/// Fields that a message may be marked by, gathered as they pass.
class HeaderMarks {
  public:
    explicit HeaderMarks(std::string control_header) : control_header_(std::move(control_header)) {}

    void saw(std::string_view name, std::string_view value);
    [[nodiscard]] const std::vector<std::string>& class_names() const { return class_names_; }
    [[nodiscard]] const std::vector<std::string>& subjects() const { return subjects_; }
    [[nodiscard]] const std::vector<Sensitivity>& sensitivities() const { return sensitivities_; }
    /// Values of X-MS-Exchange-CrossTenant-Id.
    [[nodiscard]] const std::vector<std::string>& tenants() const { return tenants_; }
    [[nodiscard]] std::vector<Label> labels() const { return labels_.enabled(); }

  private:
    std::string control_header_;
    std::vector<std::string> class_names_;  // as written, without blanks at both ends
    std::vector<std::string> subjects_;
    std::vector<Sensitivity> sensitivities_;
    std::vector<std::string> tenants_;
    MsipLabels labels_;
};

/// An address and its domain, as the DNS has it.
struct MarkedAddress {
    std::string address;
    std::string domain;
};

struct MailFacts {
    const Client& client;
    bool may_set_class = false;         // is_trusted(...)
    MarkedAddress sender;               // without a floor
    std::vector<MarkedAddress> recipients;
    std::optional<Floor> carried;       // by the sender of mail that comes back
    const HeaderMarks& header;
};

struct Marking {
    const MailClass* mail_class = nullptr;
    std::vector<std::string> triggers;   // that name it: "subject tag [secure]"
    std::optional<std::string> unknown;  // value of the control header
};

[[nodiscard]] Marking mark(const Config& config, const MailFacts& facts);

/// Shadow mode of the class, or of all mail but that of senders for whom the milter enforces.
[[nodiscard]] Mode mode_of(const Config& config, const MailClass* mail_class, const MarkedAddress& sender);

/// Whether the client may set a class by header: it has authenticated, is in a trusted network, or has
/// shown a trusted certificate, for a tenant of which the message has to name `tenants`.
[[nodiscard]] bool is_trusted(const MilterSettings& settings, const Client& client,
                              const std::vector<std::string>& tenants);

/// Whether any mail of the client could be class mail; by what is known before there is any header.
[[nodiscard]] bool may_be_marked(const Config& config, const Client& client);

}  // namespace smarttls::policy

// SPDX-License-Identifier: Apache-2.0
#include "portal/command/released_header.h"

#include "policy/text.h"

namespace smarttls::portal {

ReleasedHeader::ReleasedHeader(const policy::Config& config, const policy::MailClass& mail_class)
    : removed_{policy::to_lower(config.milter.control_header)} {
    for (const std::string& name : mail_class.remove_headers) removed_.insert(policy::to_lower(name));
    for (const policy::HeaderField& field : mail_class.set_headers) {
        removed_.insert(policy::to_lower(field.name));
        added_ += field.name + ": " + field.value + "\r\n";
    }
}

std::string ReleasedHeader::pass(std::string_view bytes) {
    std::string passed;
    for (const char byte : bytes) {
        if (in_header_) {
            line_ += byte;
            if (byte == '\n') end_line(passed);
            continue;
        }
        if (byte == '.' && before_ == '\n') passed += '.';
        passed += byte;
        before_ = byte;
    }
    return passed;
}

void ReleasedHeader::end_line(std::string& passed) {
    if (line_ == "\r\n" || line_ == "\n") {
        passed += added_ + "\r\n";
        in_header_ = false;
        return;
    }
    const bool is_folded = line_.front() == ' ' || line_.front() == '\t';
    if (!is_folded) skips_ = removed_.contains(policy::to_lower(line_.substr(0, line_.find(':'))));
    if (!skips_) passed += (line_.front() == '.' ? "." : "") + line_;
    line_.clear();
}

}  // namespace smarttls::portal

// SPDX-License-Identifier: Apache-2.0
#include "policy/log_line.h"

#include <algorithm>

#include "policy/text.h"

namespace smarttls::policy {
namespace {

constexpr std::size_t kLongestValue = 1000;

bool is_plain(std::string_view value) {
    return !value.empty() && value.size() <= kLongestValue &&
           std::all_of(value.begin(), value.end(), [](char byte) {
               return byte > 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
           });
}

std::string safe(std::string_view value) {
    return is_plain(value) ? std::string(value) : quote(value, kLongestValue);
}

}  // namespace

LogLine::LogLine(std::string_view queue_id)
    : line_(safe(queue_id.empty() ? "NOQUEUE" : queue_id) + ":") {}

LogLine& LogLine::add(std::string_view key, std::string_view value) {
    line_ += " " + std::string(key) + "=" + safe(value);
    return *this;
}

}  // namespace smarttls::policy

// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/smarttls/dns/wire.h"

#include "policy/text.h"

namespace smarttls::engine::wire {
namespace {

Bytes record(std::string_view owner, std::uint16_t type, std::uint32_t ttl, const Bytes& data) {
    return name(owner) + u16(type) + u16(1) + u32(ttl) + u16(static_cast<unsigned>(data.size())) +
           data;
}

Bytes joined(Bytes start, const std::vector<Bytes>& parts) {
    for (const Bytes& part : parts) start = std::move(start) + part;
    return start;
}

unsigned count(const std::vector<Bytes>& parts) {
    return static_cast<unsigned>(parts.size());
}

std::uint16_t number_at(const Bytes& bytes, std::size_t offset) {
    return static_cast<std::uint16_t>(bytes.at(offset) << 8 | bytes.at(offset + 1));
}

}  // namespace

Bytes u16(unsigned value) {
    return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

Bytes u32(std::uint32_t value) {
    return u16(value >> 16) + u16(value & 0xffff);
}

Bytes operator+(Bytes left, const Bytes& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

Bytes name(std::string_view text) {
    Bytes bytes;
    for (const std::string_view label : policy::split(text, '.')) {
        if (label.empty()) continue;
        bytes.push_back(static_cast<std::uint8_t>(label.size()));
        bytes.insert(bytes.end(), label.begin(), label.end());
    }
    bytes.push_back(0);
    return bytes;
}

Bytes mx_data(unsigned preference, std::string_view exchange) {
    return u16(preference) + name(exchange);
}

Bytes txt_data(const std::vector<std::string>& strings) {
    Bytes data;
    for (const std::string& string : strings) {
        data.push_back(static_cast<std::uint8_t>(string.size()));
        data.insert(data.end(), string.begin(), string.end());
    }
    return data;
}

Bytes soa_data(std::uint32_t minimum) {
    return name("ns.example.org") + name("hostmaster.example.org") + u32(1) + u32(7200) +
           u32(3600) + u32(86400) + u32(minimum);
}

ReadQuery read_query(const Bytes& query) {
    ReadQuery read;
    read.id = number_at(query, 0);
    read.flags = number_at(query, 2);
    std::size_t position = 12;
    while (query.at(position) != 0) {
        const std::size_t length = query[position];
        if (!read.name.empty()) read.name += '.';
        const auto begin = query.begin() + static_cast<std::ptrdiff_t>(position + 1);
        read.name.append(begin, begin + static_cast<std::ptrdiff_t>(length));
        position += length + 1;
    }
    read.type = number_at(query, position + 1);
    const auto end = query.begin() + static_cast<std::ptrdiff_t>(position + 5);
    read.question.assign(query.begin() + 12, end);
    read.rest.assign(end, query.end());
    return read;
}

Wire::Wire(const Bytes& query) : id_(read_query(query).id), question_(read_query(query).question) {}

Wire& Wire::id(std::uint16_t value) {
    id_ = value;
    return *this;
}

Wire& Wire::question(std::string_view name_text, std::uint16_t type) {
    question_ = name(name_text) + u16(type) + u16(1);
    return *this;
}

Wire& Wire::flags(std::uint16_t more) {
    flags_ |= more;
    return *this;
}

Wire& Wire::rcode(unsigned value) {
    rcode_ = value;
    return *this;
}

Wire& Wire::answer(std::string_view owner, std::uint16_t type, std::uint32_t ttl,
                   const Bytes& data) {
    return raw_answer(record(owner, type, ttl, data));
}

Wire& Wire::authority(std::string_view owner, std::uint16_t type, std::uint32_t ttl,
                      const Bytes& data) {
    authority_.push_back(record(owner, type, ttl, data));
    return *this;
}

Wire& Wire::raw_answer(const Bytes& bytes) {
    answer_.push_back(bytes);
    return *this;
}

Wire& Wire::opt(const Bytes& options) {
    options_.push_back(options);
    return *this;
}

Wire& Wire::extended_error(std::uint16_t code) {
    if (options_.empty()) opt();
    options_.back() = options_.back() + u16(15) + u16(4) + u16(code) + Bytes{'h', 'i'};
    return *this;
}

Wire::operator Bytes() const {
    Bytes bytes = u16(id_) + u16(flags_ | (rcode_ & 15U)) + u16(1) + u16(count(answer_)) +
                  u16(count(authority_)) + u16(count(options_)) + question_;
    bytes = joined(joined(std::move(bytes), answer_), authority_);
    for (const Bytes& options : options_) {
        bytes = std::move(bytes) + name("") + u16(41) + u16(1232) + u32(rcode_ >> 4 << 24) +
                u16(static_cast<unsigned>(options.size())) + options;
    }
    return bytes;
}

}  // namespace smarttls::engine::wire

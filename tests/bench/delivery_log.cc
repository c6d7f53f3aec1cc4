// SPDX-License-Identifier: Apache-2.0
//
// delivery_log FILE LINES: writes a log as a busy Postfix would into FILE, and has it followed, each delivery judged.
// Prints lines, deliveries, those weaker than decided, and CPU seconds of following.
//
// Exit status: 0; 1 when the log cannot be written or read; 2 usage.
#include <ctime>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>

#include "milter/delivery/delivery_judgement.h"
#include "milter/delivery/file_source.h"
#include "milter/delivery/log_follower.h"

namespace {

using namespace smarttls;

constexpr int kClients = 50;         // smtp(8) processes at once
constexpr int kLinesOfMessage = 10;  // of which seven are about its reception

std::string stamp(long line) {
    const long second = line / 20'000;
    std::string text = "Nov 23 00:00:00";
    text[7] = static_cast<char>('0' + second / 36000 % 3);
    text[8] = static_cast<char>('0' + second / 3600 % 10);
    text[10] = static_cast<char>('0' + second / 600 % 6);
    text[11] = static_cast<char>('0' + second / 60 % 10);
    text[13] = static_cast<char>('0' + second / 10 % 6);
    text[14] = static_cast<char>('0' + second % 10);
    return text;
}

/// One message from its arrival to its end, as Postfix 3.7 logs it.
void write_message(std::ostream& log, long number) {
    const std::string id = "4jXtP1" + std::to_string(100'000'000 + number);
    const std::string begin = stamp(number * kLinesOfMessage) + " gw postfix/";
    const std::string client = "smarttls-dane/smtp[" + std::to_string(1000 + number % kClients) + "]: ";
    const std::string relay = "mx" + std::to_string(number % 500) + ".example.nl[192.0.2." + std::to_string(number % 250) + "]:25";
    log << begin << "smtpd[77]: connect from app.org.example[192.0.2.1]\n"
        << begin << "smtpd[77]: " << id << ": client=app.org.example[192.0.2.1], sasl_method=PLAIN, sasl_username=app\n"
        << begin << "cleanup[78]: " << id << ": message-id=<20261123164101." << id << "@org.example>\n"
        << begin << "qmgr[79]: " << id << ": from=<alice+smarttls-dane@org.example>, size=34954, nrcpt=1 (queue active)\n"
        << begin << "smtpd[77]: disconnect from app.org.example[192.0.2.1] ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 data=1 quit=1 commands=8\n"
        << begin << "smtpd[77]: NOQUEUE: reject: RCPT from unknown[192.0.2.66]: 454 4.7.1 <x@y>: Relay access denied; from=<a@b> to=<x@y>\n"
        << begin << client << "Verified TLS connection established to " << relay
        << ": TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature ECDSA (prime256v1) server-digest SHA256\n"
        << begin << client << id << ": to=<patient" << number % 9973 << "@example.nl>, relay=" << relay
        << ", delay=0.26, delays=0.01/0/0.13/0.12, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4jXtQ2000000)\n"
        << begin << client << id << ": to=<copy" << number % 9973 << "@example.nl>, relay=" << relay
        << ", delay=0.26, delays=0.01/0/0.13/0.12, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4jXtQ2000000)\n"
        << begin << "qmgr[79]: " << id << ": removed\n";
}

class JudgingSink : public milter::DeliverySink {
  public:
    policy::Result<void> take(std::span<const milter::Delivery> news, const milter::Position&) override {
        for (const milter::Delivery& one : news) {
            deliveries += one.recipient.empty() ? 0 : 1;
            weaker += judge(one, policy::Floor::Dane, {}).is_weaker ? 1 : 0;
        }
        return policy::ok();
    }
    policy::Result<std::optional<milter::Position>> last_position(std::string_view) override {
        return std::optional<milter::Position>();
    }
    long deliveries = 0;
    long weaker = 0;
};

int follow(const std::string& path, long lines) {
    JudgingSink sink;
    milter::LogFollower follower(std::make_unique<milter::FileSource>(path), policy::Mta::Postfix, sink);
    const std::clock_t before = std::clock();
    while (true) {
        const auto more = follower.step();
        if (!more) {
            std::cerr << more.error().what << '\n';
            return EXIT_FAILURE;
        }
        if (!*more) break;
    }
    const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    std::cout << lines << ' ' << sink.deliveries << ' ' << sink.weaker << ' ' << seconds << '\n';
    return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const long messages = std::atol(argv[2]) / kLinesOfMessage;
    std::ofstream log(argv[1], std::ios::binary);
    for (long i = 0; i < messages; ++i) write_message(log, i);
    log.close();
    if (!log) return EXIT_FAILURE;
    return follow(argv[1], messages * kLinesOfMessage);
}

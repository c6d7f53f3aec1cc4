// SPDX-License-Identifier: Apache-2.0
//
// milter_load SOCKET CONNECTIONS SIZE CLASS RATE:SECONDS...: an MTA that speaks the milter protocol (version 6) and
// nothing else, to measure filters without Postfix.
//
// Each message has a connection of its own, two recipients, eight header fields (with CLASS, unless it is "-", in the
// control header) and a body of SIZE bytes. Each phase starts RATE messages per second for SECONDS, whether or not the
// others have ended, and counts their time from when they were due; RATE 0: as fast as CONNECTIONS go. One line per
// phase: messages, accepted, seconds, and p50, p99 in ms of the end of message and of the whole message.
#include <arpa/inet.h>
#include <libmilter/mfdef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using std::literals::operator""sv;

constexpr std::uint32_t kActions = 0x1ff, kSteps = 0x1fffff;
constexpr std::size_t kChunk = 65535;
constexpr std::uint32_t kNoReplyHeader = 0x80, kNoReplyRcpt = 0x8000, kNoReplyEoh = 0x40000,
                        kNoReplyConnect = 0x1000, kNoReplyMail = 0x4000, kNoReplyBody = 0x80000;

class Mta {
  public:
    explicit Mta(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), std::min(path.size(), sizeof address.sun_path - 1));
        const void* generic = &address;
        const auto limit = timeval{60, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        good_ = ::connect(fd_, static_cast<const sockaddr*>(generic), sizeof address) == 0;
    }
    Mta(const Mta&) = delete;
    Mta& operator=(const Mta&) = delete;
    ~Mta() { ::close(fd_); }

    /// Until the end of message is to be sent; false when the filter did not want to go on.
    bool begin(const std::string& mail_class, const std::string& body) {
        std::string options;
        for (const std::uint32_t word : {6U, kActions, kSteps}) put(options, word);
        write('O', options);
        const std::string agreed = read();
        if (!good_ || agreed.size() < 13 || agreed[0] != 'O') return false;
        std::memcpy(&steps_, agreed.data() + 9, sizeof steps_);
        steps_ = ntohl(steps_);
        step(SMFIP_NOCONNECT, kNoReplyConnect, 'C', "client.example\0"
                                                    "4\0\x19"
                                                    "127.0.0.1\0"sv);
        step(SMFIP_NOMAIL, kNoReplyMail, 'M', "<alice@org.example>\0"sv);
        for (const auto recipient : {"<bob@d0.bench>\0"sv, "<carol@d1.bench>\0"sv}) {
            macros('R', {"{rcpt_mailer}", "smtp", "{rcpt_host}", recipient[1] == 'b' ? "d0.bench" : "d1.bench"});
            step(SMFIP_NORCPT, kNoReplyRcpt, 'R', recipient);
        }
        for (const auto field : {"Received\0from client.example by gateway.bench\0"sv, "From\0alice@org.example\0"sv,
                                 "To\0bob@d0.bench\0"sv, "Date\0Mon, 23 Nov 2026 08:00:00 +0000\0"sv,
                                 "Message-ID\0<1@bench>\0"sv, "MIME-Version\0001.0\0"sv,
                                 "Content-Type\0text/plain\0"sv}) {
            step(SMFIP_NOHDRS, kNoReplyHeader, 'L', field);
        }
        std::string last = mail_class == "-" ? "Subject" : "X-SmartTLS-Class";
        last.append(1, '\0').append(mail_class).append(1, '\0');
        step(SMFIP_NOHDRS, kNoReplyHeader, 'L', last);
        step(SMFIP_NOEOH, kNoReplyEoh, 'N', {});
        for (std::size_t at = 0; good_ && !skipped_ && at < body.size(); at += kChunk) {
            step(SMFIP_NOBODY, kNoReplyBody, 'B', std::string_view(body).substr(at, kChunk));
        }
        return good_;
    }

    /// Whether the message was accepted.
    bool finish(const std::string& queue_id) {
        macros('E', {"i", queue_id, "j", "gateway.bench"});
        write('E', {});
        for (;;) {
            const std::string reply = read();
            if (!good_ || std::string_view("yrtd").find(reply[0]) != std::string_view::npos) return false;
            if (reply[0] == 'c' || reply[0] == 'a') return true;
        }
    }

  private:
    static void put(std::string& to, std::uint32_t word) {
        const std::uint32_t big = htonl(word);
        to.append(reinterpret_cast<const char*>(&big), sizeof big);
    }

    void macros(char stage, const std::vector<std::string>& names_and_values) {
        std::string text(1, stage);
        for (const std::string& one : names_and_values) text.append(one).append(1, '\0');
        write('D', text);
    }

    void step(std::uint32_t unwanted, std::uint32_t unanswered, char command, std::string_view data) {
        if (!good_ || (steps_ & unwanted) != 0) return;
        write(command, data);
        if ((steps_ & unanswered) != 0) return;
        const std::string reply = read();
        skipped_ = !reply.empty() && reply[0] == 's';
        good_ = good_ && (skipped_ || reply[0] == 'c');
    }

    void write(char command, std::string_view data) {
        std::string packet;
        put(packet, static_cast<std::uint32_t>(data.size() + 1));
        packet.append(1, command).append(data);
        for (std::size_t at = 0; good_ && at < packet.size();) {
            const ssize_t sent = ::send(fd_, packet.data() + at, packet.size() - at, MSG_NOSIGNAL);
            good_ = sent > 0;
            if (good_) at += static_cast<std::size_t>(sent);
        }
    }

    std::string read() {
        std::uint32_t size = 0;
        if (!read(reinterpret_cast<char*>(&size), sizeof size)) return {};
        std::string packet(ntohl(size), '\0');
        if (!read(packet.data(), packet.size())) return {};
        return packet;
    }

    bool read(char* to, std::size_t size) {
        while (good_ && size > 0) {
            const ssize_t got = ::recv(fd_, to, size, 0);
            good_ = got > 0;
            if (!good_) break;
            to += got;
            size -= static_cast<std::size_t>(got);
        }
        return good_;
    }

    int fd_;
    bool good_ = false;
    bool skipped_ = false;
    std::uint32_t steps_ = 0;
};

struct Phase {
    double rate = 0;
    double seconds = 0;
};

/// What the threads of one phase share.
struct Run {
    std::string socket, mail_class, body;
    Phase phase;
    Clock::time_point began = Clock::now();
    std::atomic<long> next{0};
    std::atomic<long> accepted{0};
    std::mutex mutex;
    std::vector<double> ends, wholes;  // ms

    void work() {
        for (;;) {
            const long number = next++;
            auto due = Clock::now();
            if (phase.rate > 0) {
                due = began + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(static_cast<double>(number) / phase.rate));
            }
            if (due > began + std::chrono::duration<double>(phase.seconds)) return;
            std::this_thread::sleep_until(due);
            one(number, due);
        }
    }

    void one(long number, Clock::time_point due) {
        Mta mta(socket);
        const bool begun = mta.begin(mail_class, body);
        const auto end = Clock::now();
        if (begun && mta.finish("B" + std::to_string(getpid()) + "x" + std::to_string(number))) ++accepted;
        const auto now = Clock::now();
        const std::lock_guard lock(mutex);
        ends.push_back(std::chrono::duration<double, std::milli>(now - end).count());
        wholes.push_back(std::chrono::duration<double, std::milli>(now - due).count());
    }
};

double percentile(std::vector<double>& values, double share) {
    if (values.empty()) return 0;
    const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return values[static_cast<std::size_t>(at)];
}

void run_phase(Run& run, int connections) {
    std::vector<std::thread> threads;
    for (int i = 0; i < connections; ++i) threads.emplace_back([&run] { run.work(); });
    for (std::thread& thread : threads) thread.join();
    const double seconds = std::chrono::duration<double>(Clock::now() - run.began).count();
    std::printf("%zu %ld %.3f %.3f %.3f %.3f %.3f\n", run.ends.size(), run.accepted.load(), seconds, percentile(run.ends, 0.5),
                percentile(run.ends, 0.99), percentile(run.wholes, 0.5), percentile(run.wholes, 0.99));
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 6) return 2;
    const std::string body(std::strtoul(argv[3], nullptr, 10), 'x');
    for (int i = 5; i < argc; ++i) {
        Run run{argv[1], argv[4], body, {}, {}, {}, {}, {}, {}, {}};
        char* colon = nullptr;
        run.phase.rate = std::strtod(argv[i], &colon);
        run.phase.seconds = *colon == ':' ? std::strtod(colon + 1, nullptr) : 0;
        run.began = Clock::now();
        run_phase(run, std::atoi(argv[2]));
    }
    return 0;
}

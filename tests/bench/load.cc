// SPDX-License-Identifier: Apache-2.0
//
// load SOCKET CLIENTS DEPTH SECONDS QUESTION...: asks the engine as fast as it answers.
//
// CLIENTS connections with DEPTH questions on their way each, taken from the QUESTIONs in turn.
// Prints one line: answers, seconds, and the latencies at the median, 99 % and 100 % in
// milliseconds, and how many answers were not OK. One epoll loop, so that it costs less than what
// it measures. Exit status: 0; 1 when the engine breaks off; 2 usage.
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void stop(const char* what) {
    std::perror(what);
    std::exit(1);
}

struct Client {
    int fd = -1;
    std::string in;
    std::size_t begin = 0;  // bytes of `in` that are used up
    std::deque<Clock::time_point> asked;
};

class Load {
  public:
    Load(const char* path, std::size_t clients, std::size_t depth,
         std::vector<std::string> questions)
        : questions_(std::move(questions)), clients_(clients), epoll_(::epoll_create1(0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
        for (std::size_t i = 0; i < clients; ++i) {
            clients_[i].fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
            const void* generic = &address;
            if (::connect(clients_[i].fd, static_cast<const sockaddr*>(generic), sizeof address))
                stop("connect");
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = i;
            ::epoll_ctl(epoll_, EPOLL_CTL_ADD, clients_[i].fd, &event);
        }
        for (Client& client : clients_) ask(client, depth);
    }

    void run(Clock::time_point end) {
        std::array<epoll_event, 64> events;
        while (Clock::now() < end) {
            const int count =
                ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
            for (int i = 0; i < count; ++i)
                take(clients_[events[static_cast<std::size_t>(i)].data.u64]);
        }
    }

    void forget() { latencies_.clear(), refused_ = 0; }

    void print(double seconds) {
        if (latencies_.empty()) stop("no answer");
        std::sort(latencies_.begin(), latencies_.end());
        const auto at = [this](double part) {
            const auto last = static_cast<double>(latencies_.size() - 1);
            return 1000 * static_cast<double>(latencies_[static_cast<std::size_t>(part * last)]);
        };
        std::printf("%zu %.3f %.3f %.3f %.3f %zu\n", latencies_.size(), seconds, at(0.5), at(0.99),
                    at(1), refused_);
    }

  private:
    void ask(Client& client, std::size_t count) {
        std::string batch;
        const auto now = Clock::now();
        for (std::size_t i = 0; i < count; ++i) {
            const std::string& question = questions_[next_++ % questions_.size()];
            batch += std::to_string(question.size()) + ':' + question + ',';
            client.asked.push_back(now);
        }
        std::size_t sent = 0;  // the engine always has room for what we have on our way
        while (sent < batch.size()) {
            const ssize_t size =
                ::send(client.fd, batch.data() + sent, batch.size() - sent, MSG_NOSIGNAL);
            if (size <= 0) stop("send");
            sent += static_cast<std::size_t>(size);
        }
    }

    void take(Client& client) {
        std::array<char, 262'144> chunk;
        const ssize_t size = ::recv(client.fd, chunk.data(), chunk.size(), MSG_DONTWAIT);
        if (size <= 0) stop("the engine has closed: recv");
        client.in.append(chunk.data(), static_cast<std::size_t>(size));
        const auto now = Clock::now();
        std::size_t answers = 0;
        while (take_answer(client)) {
            latencies_.push_back(std::chrono::duration<float>(now - client.asked.front()).count());
            client.asked.pop_front();
            ++answers;
        }
        client.in.erase(0, client.begin);
        client.begin = 0;
        if (answers > 0) ask(client, answers);
    }

    bool take_answer(Client& client) {
        const std::size_t colon = client.in.find(':', client.begin);
        if (colon == std::string::npos) return false;
        const std::size_t length = std::strtoul(client.in.c_str() + client.begin, nullptr, 10);
        if (client.in.size() < colon + length + 2) return false;
        if (client.in.compare(colon + 1, 3, "OK ") != 0) ++refused_;
        client.begin = colon + length + 2;
        return true;
    }

    std::vector<std::string> questions_;
    std::size_t next_ = 0;
    std::vector<Client> clients_;
    int epoll_;
    std::vector<float> latencies_;
    std::size_t refused_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 6) {
        std::fputs("load SOCKET CLIENTS DEPTH SECONDS QUESTION...\n", stderr);
        return 2;
    }
    Load load(argv[1], std::strtoul(argv[2], nullptr, 10), std::strtoul(argv[3], nullptr, 10),
              std::vector<std::string>(argv + 5, argv + argc));
    const double seconds = std::strtod(argv[4], nullptr);
    const auto for_seconds = [](double time) {
        return Clock::now() +
               std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(time));
    };
    load.run(for_seconds(seconds / 5));  // until caches and branches are warm
    load.forget();
    const auto begin = Clock::now();
    load.run(for_seconds(seconds));
    load.print(std::chrono::duration<double>(Clock::now() - begin).count());
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
//
// ask_engine(): one connection per question, so that a tarpit keeps nobody waiting who stands behind
// it, and a lost connection takes one answer with it.
#include <poll.h>

#include <algorithm>
#include <list>

#include "portal/command/check_inquiry.h"
#include "smarttls/client.h"
#include "smarttls/verdict_json.h"

namespace smarttls::portal {
namespace {

using engine::EngineConnection;
using policy::Deadline;
using policy::EngineSettings;
using policy::ErrorKind;
using policy::NextHop;
using policy::Result;
using std::chrono_literals::operator""s;

constexpr std::size_t kMostQuestions = 32;
constexpr auto kOpening = 2s;
constexpr auto kGrace = 10s;  // behind the probe's own deadline

Deadline in(std::chrono::seconds span) {
    return Deadline::after(Deadline::Clock::now(), span);
}

/// One domain: the verdict first, then the map "default".
struct Question {
    EngineConnection connection;
    NextHop next_hop;
    Inquiry::Done done;
    Deadline deadline;
    Finding finding;
    bool has_verdict = false;
};

Result<policy::Verdict> read_verdict(const NextHop& next_hop,
                                     const Result<std::optional<std::string>>& answer) {
    if (!answer) return tl::unexpected(answer.error());
    if (!*answer) return policy::fail(ErrorKind::Permanent, "it is no mail domain");
    auto verdict = engine::parse_verdict(**answer);
    if (verdict && verdict->domain != next_hop.str()) {
        return policy::fail(ErrorKind::Malformed, "smarttlsd answered about another domain");
    }
    return verdict;
}

std::string told(const Result<std::optional<std::string>>& answer) {
    if (answer) return *answer ? "OK " + **answer : "NOTFOUND";
    if (answer.error().kind == ErrorKind::Permanent) return "PERM " + answer.error().what;
    return "TEMP " + answer.error().what;
}

class EngineInquiry final : public Inquiry {
  public:
    EngineInquiry(EngineSettings settings, Ask ask, DefaultMap default_map)
        : settings_(std::move(settings)), ask_(std::move(ask)), default_map_(default_map) {}

    void begin(NextHop next_hop, Done done) override {
        auto connection = EngineConnection::open(settings_.socket, in(kOpening));
        const std::string_view map = ask_ == Ask::Fresh ? "fresh" : "verdict";
        Result<void> asked = policy::ok();
        if (connection) asked = connection->ask(map, next_hop.str());
        if (!connection || !asked) {
            Finding none;
            none.verdict = tl::unexpected(connection ? asked.error() : connection.error());
            return done(std::move(none));
        }
        questions_.push_back({*std::move(connection), std::move(next_hop), std::move(done),
                              in(settings_.probe_deadline + kGrace), {}});
    }

    void work(std::chrono::milliseconds longest) override {
        std::vector<pollfd> sockets;
        for (const Question& question : questions_) {
            sockets.push_back({question.connection.fd(), POLLIN, 0});
        }
        ::poll(sockets.data(), sockets.size(), static_cast<int>(longest.count()));
        const auto now = Deadline::Clock::now();
        auto question = questions_.begin();
        for (const pollfd& socket : sockets) {
            const bool ready = socket.revents != 0 || question->deadline.passed(now);
            const bool ended = ready && ends(*question);
            if (ended) question->done(std::move(question->finding));
            question = ended ? questions_.erase(question) : std::next(question);
        }
    }

    [[nodiscard]] std::size_t running() const override { return questions_.size(); }
    [[nodiscard]] bool has_room() const override { return questions_.size() < kMostQuestions; }

  private:
    /// Takes the answer that is there; true when nothing is left to ask.
    bool ends(Question& question) {
        const auto answer = question.connection.read_answer(question.deadline);
        if (question.has_verdict) {
            question.finding.default_map = told(answer);
            return true;
        }
        question.has_verdict = true;
        question.finding.verdict = read_verdict(question.next_hop, answer);
        if (!question.finding.verdict) return true;
        question.finding.json = **answer;
        if (default_map_ == DefaultMap::Left) return true;
        return !question.connection.ask("default", question.next_hop.str());
    }

    EngineSettings settings_;
    Ask ask_;
    DefaultMap default_map_;
    std::list<Question> questions_;
};

}  // namespace

Result<void> engine_answers(const EngineSettings& settings) {
    auto connection = EngineConnection::open(settings.socket, in(kOpening));
    if (!connection) return tl::unexpected(connection.error());
    return policy::ok();
}

std::unique_ptr<Inquiry> ask_engine(const EngineSettings& settings, Ask ask,
                                    DefaultMap default_map) {
    return std::make_unique<EngineInquiry>(settings, ask, default_map);
}

}  // namespace smarttls::portal

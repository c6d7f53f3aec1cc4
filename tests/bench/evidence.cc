// SPDX-License-Identifier: Apache-2.0
//
// The evidence: how fast records become durable, beside bare SQLite that inserts the same rows in the same batches, and how
// appending and searching stay when the log grows.
//
//     bench_evidence DIRECTORY [EVENTS [WRITERS' APPENDS]]       a hundred thousand and five thousand without arguments
//
// Prints one figure a line, "name value unit".
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "store/evidence_log.h"
#include "store/evidence_reader.h"
#include "store/evidence_table.h"
#include "store/evidence_writer.h"
#include "store/log/merkle_proof.h"
#include "store/message_keys.h"
#include "store/sealing/key.h"

namespace {

using namespace smarttls;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kWriters = 64;
constexpr std::size_t kFillBatch = 2000;
constexpr std::size_t kDomains = 500;
constexpr std::size_t kPeople = 20'000;

double seconds_of(const std::function<void()>& work) {
    const auto begin = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

void say(std::string_view name, double value, std::string_view unit) {
    std::cout << name << " " << value << " " << unit << std::endl;
}

[[noreturn]] void give_up(const std::string& why) {
    std::cerr << "bench_evidence: " << why << "\n";
    std::exit(1);  // NOLINT(concurrency-mt-unsafe)
}

template <class Value>
Value must(policy::Result<Value> result) {
    if (!result) give_up(result.error().what);
    return *std::move(result);
}

policy::StoreSettings settings_in(const std::string& directory) {
    policy::StoreSettings settings;
    settings.evidence = directory + "/evidence.db";
    settings.message_keys = directory + "/message-keys.db";
    settings.public_keys = directory + "/public";
    settings.address_key = directory + "/address.key";
    settings.log_key = directory + "/log.key";
    settings.log_origin = "bench.example/log";
    return settings;
}

void make_keys(const policy::StoreSettings& settings, const std::string& private_keys) {
    std::filesystem::create_directories(settings.public_keys);
    std::filesystem::create_directories(private_keys);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto key = must(store::PrivateKey::create(store::Epoch::of(now)));
    must(store_key(private_keys, key));
    must(store_key(settings.public_keys, key.public_key()));
}

/// One of a year's mail: as many people and domains as a large site writes to.
store::EvidenceRecord record_of(std::size_t number, store::EvidenceTime start) {
    const std::string domain = "d" + std::to_string(number * 7919 % kDomains) + ".example";
    store::EvidenceRecord record;
    record.event = store::kSubmissionAcceptance;
    record.time = start + std::chrono::milliseconds(number * 3);
    record.class_name = number % 3 == 0 ? "gdpr" : "nta7516";
    record.queue_id = "4Q" + std::to_string(10'000'000 + number);
    record.sender = "nurse" + std::to_string(number % 300) + "@hospital.example";
    record.client = "192.0.2.7, user nurse" + std::to_string(number % 300);
    record.outcome = number % 50 == 0 ? "hold" : "direct";
    record.floor = "dane";
    record.content_sha256 = std::string(64, 'a');
    record.config_version = "0123456789abcdef";
    record.recipients.push_back({.address = "p" + std::to_string(number * 6151 % kPeople) + "@" + domain,
                                 .domain = domain,
                                 .outcome = record.outcome,
                                 .rule = "meets-level",
                                 .explanation = "mx." + domain + " is authenticated by DANE, and class nta7516 demands dane",
                                 .verdict_json = R"({"domain":")" + domain + R"(","level":"dane","hosts":[]})"});
    return record;
}

store::EvidenceTime now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

using Prepared = std::vector<store::PreparedRecord>;

Prepared prepare(const store::RecordPreparer& preparer, std::size_t first, std::size_t count, store::EvidenceTime start) {
    Prepared prepared;
    for (std::size_t i = 0; i < count; ++i) prepared.push_back(must(preparer.prepare(record_of(first + i, start))));
    return prepared;
}

/// Keys first, as the writer does.
void insert(store::EvidenceTable& table, store::MessageKeys& keys, std::span<const store::PreparedRecord> batch) {
    std::vector<const store::PreparedRecord*> records;
    std::vector<const store::SealedRecord*> sealed;
    for (const store::PreparedRecord& one : batch) {
        records.push_back(&one);
        sealed.push_back(&one.sealed);
    }
    if (auto kept = keys.append({}, sealed); !kept) give_up(kept.error().what);
    must(table.append(records));
}

double bare_rate(const std::string& directory, std::size_t count, std::size_t batch) {
    const auto settings = settings_in(directory);
    make_keys(settings, directory + "/private");
    const auto preparer = must(store::RecordPreparer::open(settings));
    auto table = must(store::EvidenceTable::open(settings.evidence));
    auto keys = must(store::MessageKeys::open(settings.message_keys));
    const Prepared prepared = prepare(preparer, 0, count, now());
    const double spent = seconds_of([&] {
        for (std::size_t i = 0; i < count; i += batch) {
            insert(table, keys, std::span(prepared).subspan(i, std::min(batch, count - i)));
        }
    });
    return static_cast<double>(count) / spent;
}

double writer_rate(const std::string& directory, std::size_t count, std::size_t writers, double& per_commit) {
    const auto settings = settings_in(directory);
    make_keys(settings, directory + "/private");
    const auto writer = must(store::EvidenceWriter::open(settings));
    const auto start = now();
    const auto deadline = policy::Deadline::after(policy::Deadline::Clock::now(), std::chrono::minutes(10));
    const double spent = seconds_of([&] {
        std::vector<std::thread> threads;
        for (std::size_t thread = 0; thread < writers; ++thread) {
            threads.emplace_back([&, thread] {
                for (std::size_t i = thread; i < count; i += writers) must(writer->append(record_of(i, start), deadline));
            });
        }
        for (std::thread& thread : threads) thread.join();
    });
    const auto counters = writer->counters();
    per_commit = static_cast<double>(counters.appended) / static_cast<double>(counters.commits);
    return static_cast<double>(count) / spent;
}

/// What one write of a page that is synced takes at least.
double fsync_rate(const std::string& directory, int count) {
    const int file = ::open((directory + "/fsync").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const std::array<char, 4096> page{};
    const double spent = seconds_of([&] {
        for (int i = 0; i < count; ++i) {
            if (::write(file, page.data(), page.size()) < 0 || ::fdatasync(file) != 0) give_up("fsync");
        }
    });
    ::close(file);
    return count / spent;
}

double milliseconds_of(const std::function<void()>& work) {
    constexpr int kTimes = 20;
    return 1000 * seconds_of([&] { for (int i = 0; i < kTimes; ++i) work(); }) / kTimes;
}

void measure_growth(const std::string& directory, std::size_t events) {
    constexpr std::size_t kSmall = 10'000;
    if (events < 2 * kSmall || events % kFillBatch != 0) give_up("the growth is measured over 20,000 events at least, by 2,000");
    const auto settings = settings_in(directory);
    make_keys(settings, directory + "/private");
    const auto preparer = must(store::RecordPreparer::open(settings));
    auto table = must(store::EvidenceTable::open(settings.evidence));
    auto keys = must(store::MessageKeys::open(settings.message_keys));
    const auto start = now() - std::chrono::days(365);
    double early = 0;
    double late = 0;
    for (std::size_t first = 0; first < events; first += kFillBatch) {
        const Prepared batch = prepare(preparer, first, std::min(kFillBatch, events - first), start);
        const double spent = seconds_of([&] {
            for (std::size_t i = 0; i < batch.size(); i += kWriters) {
                insert(table, keys, std::span(batch).subspan(i, std::min(kWriters, batch.size() - i)));
            }
        });
        if (first >= kSmall && first < 2 * kSmall) early += spent;
        if (first + kSmall >= events) late += spent;
    }
    say("append_at_ten_thousand", kSmall / early, "events/s");
    say("append_at_the_end", kSmall / late, "events/s");
    std::uintmax_t bytes = 0;
    for (const auto& name : {settings.evidence, settings.message_keys}) bytes += std::filesystem::file_size(name);
    say("bytes_per_event", static_cast<double>(bytes) / static_cast<double>(events), "bytes");
    say("start", 1000 * seconds_of([&] { must(store::EvidenceTable::open(settings.evidence)); }), "ms");
    auto reader = must(store::EvidenceReader::open(settings, directory + "/private"));
    std::size_t number = events / 3;
    const auto next = [&] { return record_of(number = (number * 31 + 7) % events, start); };
    say("by_queue_id", milliseconds_of([&] { if (must(reader.by_queue_id(next().queue_id)).empty()) give_up("queue id"); }), "ms");
    const auto search = [&](const store::EvidenceQuery& query) { if (must(reader.search(query, 20)).empty()) give_up("search"); };
    say("by_address", milliseconds_of([&] { store::EvidenceQuery q; q.address = next().recipients[0].address; search(q); }), "ms");
    say("by_time_and_class", milliseconds_of([&] {
        store::EvidenceQuery q;
        const auto one = next();
        q.class_name = one.class_name;
        q.until = one.time + std::chrono::milliseconds(1);
        search(q);
    }), "ms");
    auto database = must(store::Database::open(settings.evidence, store::OpenMode::ReadOnly));
    const store::ReadNode read = [&](std::uint64_t position) { return store::node_at(database, position); };
    say("inclusion_proof", milliseconds_of([&] {
        number = (number * 31 + 7) % events;
        if (must(store::inclusion_proof({number, events}, read)).empty()) give_up("proof");
    }), "ms");
}

std::size_t number_of(const char* text) {
    std::size_t number = 0;
    const std::string_view digits(text);
    if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc{}) give_up("not a number");
    return number;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) give_up("usage: bench_evidence DIRECTORY [EVENTS [APPENDS]]");
    const std::string directory = argv[1];
    const std::size_t events = argc > 2 ? number_of(argv[2]) : 100'000;
    const std::size_t appends = argc > 3 ? number_of(argv[3]) : 5000;
    for (const char* name : {"/writers", "/bare", "/single", "/growth"}) std::filesystem::create_directories(directory + name);
    double per_commit = 0;
    say("writers_64", writer_rate(directory + "/writers", appends, kWriters, per_commit), "events/s");
    say("events_per_commit", per_commit, "events");
    say("bare", bare_rate(directory + "/bare", appends, static_cast<std::size_t>(per_commit + 0.5)), "events/s");
    say("writers_1", writer_rate(directory + "/single", appends / 20, 1, per_commit), "events/s");
    say("fsync", fsync_rate(directory, 200), "1/s");
    measure_growth(directory + "/growth", events);
    return 0;
}

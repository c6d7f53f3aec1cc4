// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/response.h"

#include <gtest/gtest.h>

#include <random>

#include "smarttls/sts/policy.h"

namespace smarttls::engine {
namespace {

using State = PolicyResponse::State;

constexpr const char* kOk = "HTTP/1.1 200 OK\r\n";
constexpr const char* kPlain = "Content-Type: text/plain\r\n";

struct Row {
    const char* what;
    std::string bytes;
    State state;       // after the bytes and, where they are not enough, the end of the stream
    std::string text;  // the body, or a part of the failure
};

std::vector<Row> rows() {
    const std::string ok = std::string(kOk) + kPlain;
    const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
    const std::string large(kLongestStsPolicy, 'x');
    return {
        {"with a length", ok + "Content-Length: 4\r\n\r\nbody", State::Complete, "body"},
        {"bytes behind it", ok + "Content-Length: 4\r\n\r\nbody and more", State::Complete, "body"},
        {"an empty body", ok + "Content-Length: 0\r\n\r\n", State::Complete, ""},
        {"chunks", chunked + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", State::Complete, "abcde"},
        {"until the end", ok + "\r\nbody", State::Complete, "body"},
        {"HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nbody", State::Complete, "body"},
        {"64 KiB", ok + "Content-Length: 65536\r\n\r\n" + large, State::Complete, large},
        {"64 KiB without a length", ok + "\r\n" + large, State::Complete, large},
        {"no type", std::string(kOk) + "Content-Length: 1\r\n\r\nx", State::Complete, "x"},
        {"a type with parameters",
         std::string(kOk) +
             "content-type: Text/Plain ; charset=utf-8\r\nContent-Length: 1\r\n\r\nx",
         State::Complete, "x"},
        {"another type", std::string(kOk) + "Content-Type: text/html\r\n\r\n", State::Failed,
         "text/html"},
        {"301", "HTTP/1.1 301 Moved\r\nLocation: https://x.nl/\r\nContent-Length: 0\r\n\r\n",
         State::Failed, "status 301"},
        {"302 with a policy", "HTTP/1.1 302 Found\r\nContent-Length: 4\r\n\r\nbody", State::Failed,
         "status 302"},
        {"304", "HTTP/1.1 304 Not Modified\r\n\r\n", State::Failed, "status 304"},
        {"404, its body not waited for", "HTTP/1.1 404 Not Found\r\nContent-Length: 99\r\n\r\n",
         State::Failed, "status 404"},
        {"500", "HTTP/1.1 500 Oops\r\n\r\n", State::Failed, "status 500"},
        {"206", "HTTP/1.1 206 Partial\r\nContent-Length: 4\r\n\r\nbody", State::Failed,
         "status 206"},
        {"100", "HTTP/1.1 100 Continue\r\n\r\n", State::Failed, "status 100"},
        {"a length above 64 KiB", ok + "Content-Length: 65537\r\n\r\n", State::Failed,
         "body limit"},
        {"more than 64 KiB without a length", ok + "\r\n" + large + "x", State::Failed,
         "body limit"},
        {"a chunk above 64 KiB", chunked + "10001\r\n" + large + "x", State::Failed, "body limit"},
        {"a header without end", ok + "X: " + large, State::Failed, "header limit"},
        {"a chunk header without end", chunked + "1;" + large + large, State::Failed, "no end"},
        {"cut off in the body", ok + "Content-Length: 9\r\n\r\nbody", State::Failed, "breaks off"},
        {"cut off in a chunk", chunked + "3\r\nab", State::Failed, "breaks off"},
        {"cut off in the header", ok, State::Failed, "breaks off"},
        {"nothing", "", State::Failed, "breaks off"},
        {"no HTTP", "220 mx.example ESMTP\r\n", State::Failed, "HTTP response"},
        {"TLS", "\x16\x03\x01\x02", State::Failed, ""},
    };
}

void expect(const Row& row, const PolicyResponse& response) {
    EXPECT_EQ(response.state(), row.state) << row.what << ": " << response.failure();
    if (response.state() == State::Complete) {
        EXPECT_EQ(response.body(), row.text) << row.what;
    } else {
        EXPECT_NE(response.failure().find(row.text), std::string::npos)
            << row.what << ": " << response.failure();
    }
}

TEST(PolicyResponse, TakesA200AndNothingElse) {
    for (const Row& row : rows()) {
        PolicyResponse response;
        response.feed(row.bytes);
        response.end();
        expect(row, response);
    }
}

TEST(PolicyResponse, DoesNotCareHowTheBytesAreCut) {
    for (const Row& row : rows()) {
        if (row.bytes.size() > 1000) continue;
        PolicyResponse response;
        for (const char byte : row.bytes) response.feed({&byte, 1});
        response.end();
        expect(row, response);
    }
}

TEST(PolicyResponse, IsCompleteWithoutTheEndOfTheStream) {
    PolicyResponse response;
    EXPECT_EQ(response.feed("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n"), State::NeedMore);
    EXPECT_EQ(response.feed("\r\nbo"), State::NeedMore);
    EXPECT_EQ(response.feed("dy"), State::Complete);
    EXPECT_EQ(response.body(), "body");
}

TEST(PolicyResponse, SurvivesAnyBytes) {
    std::mt19937 random(9112);
    for (int round = 0; round < 2000; ++round) {
        std::string bytes =
            std::string(kOk) + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        for (int i = 0; i < 3; ++i) {
            bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
        }
        PolicyResponse response;
        response.feed(bytes);
        response.end();
        EXPECT_NE(response.state(), State::NeedMore);
    }
}

TEST(PolicyRequest, AsksForTheWellKnownPath) {
    const std::string request = policy_request("mta-sts.example.nl");
    EXPECT_TRUE(
        request.starts_with("GET /.well-known/mta-sts.txt HTTP/1.1\r\n"
                            "Host: mta-sts.example.nl\r\n"));
    EXPECT_TRUE(request.ends_with("\r\n\r\n"));
}

}  // namespace
}  // namespace smarttls::engine

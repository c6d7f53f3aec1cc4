// SPDX-License-Identifier: Apache-2.0
#include "smarttls/metrics_server.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <thread>

#include "tests/unit/smarttls/raw_client.h"
#include "tests/unit/smarttls/running_server.h"

namespace smarttls::engine {
namespace {

std::string page() {
    return "a 1\n";
}

std::string status(const std::string& request) {
    const std::string answer = http_answer(request, page);
    return answer.substr(0, answer.find("\r\n"));
}

TEST(MetricsServer, AnswersThePage) {
    EXPECT_EQ(http_answer("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", page),
              "HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
              "Content-Length: 4\r\nConnection: close\r\n\r\na 1\n");
    EXPECT_EQ(status("GET /metrics?name[]=x HTTP/1.0\r\n\r\n"), "HTTP/1.0 200 OK");
    EXPECT_EQ(status("GET /metrics HTTP/1.0\n\n"), "HTTP/1.0 200 OK");
    const std::string head = http_answer("HEAD /metrics HTTP/1.1\r\n\r\n", page);
    EXPECT_TRUE(head.ends_with("Content-Length: 4\r\nConnection: close\r\n\r\n")) << head;
}

TEST(MetricsServer, RefusesWhateverElse) {
    EXPECT_EQ(status("GET / HTTP/1.1\r\n\r\n"), "HTTP/1.0 404 Not Found");
    EXPECT_EQ(status("GET /metrics/ HTTP/1.1\r\n\r\n"), "HTTP/1.0 404 Not Found");
    EXPECT_EQ(status("POST /metrics HTTP/1.1\r\n\r\n"), "HTTP/1.0 405 Method Not Allowed");
    for (const std::string garbage :
         {"", "\r\n\r\n", "GET", "GET /metrics", "GET /metrics\r\n\r\n", "GET  HTTP/1.1",
          "12:pkix test.nl,", "GET /metrics HTTP/2.0\r\n\r\n", "\x16\x03\x01\x02"}) {
        EXPECT_NE(status(garbage), "HTTP/1.0 200 OK") << garbage;
    }
    const std::string endless(kLongestHttpRequest, 'x');
    EXPECT_EQ(status("GET /metrics HTTP/1.1\r\nX: " + endless), "HTTP/1.0 400 Bad Request");
}

TEST(MetricsServer, ServesManyClientsOverItsSocketAndClosesEach) {
    const TemporaryDirectory directory;
    const std::string socket = directory / "metrics.sock";
    boost::asio::io_context io;
    const std::chrono::milliseconds patience(500);
    const auto server = MetricsServer::open(io.get_executor(), socket, page, patience).value();
    std::thread thread([&io] { io.run(); });
    const std::string expected = http_answer("GET /metrics HTTP/1.0\r\n\r\n", page);
    RawClient silent(socket);
    RawClient garbage(socket);
    EXPECT_TRUE(garbage.send(std::string(2 * kLongestHttpRequest, '\n')));
    for (int i = 0; i < 3; ++i) {
        RawClient client(socket);
        EXPECT_TRUE(client.send("GET /metrics HTTP/1.0\r\n"));
        EXPECT_TRUE(client.send("\r\n"));
        EXPECT_EQ(client.receive(expected.size()), expected);
        EXPECT_TRUE(client.is_closed());
    }
    EXPECT_EQ(garbage.receive(12), "HTTP/1.0 400");
    EXPECT_TRUE(silent.was_dropped()) << "when its time is over";
    io.stop();
    thread.join();
}

}  // namespace
}  // namespace smarttls::engine

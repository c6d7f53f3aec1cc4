// SPDX-License-Identifier: Apache-2.0
#include "smarttls/smtp/alarm.h"

namespace smarttls::engine {

Alarm::Alarm(boost::asio::ip::tcp::socket& socket)
    : timer_(socket.get_executor()), bell_(std::make_shared<Bell>(Bell{&socket})) {}

void Alarm::set(policy::Deadline deadline) {
    ++bell_->setting;
    timer_.expires_at(deadline.when());
    timer_.async_wait([weak = std::weak_ptr(bell_),
                       setting = bell_->setting](const boost::system::error_code& error) {
        // A handler that is already queued cannot be cancelled any more (Asio,
        // basic_waitable_timer).
        const std::shared_ptr<Bell> bell = weak.lock();
        if (error || !bell || bell->setting != setting) return;
        bell->rang = true;
        boost::system::error_code ignored;
        bell->socket->close(ignored);
    });
}

void Alarm::clear() {
    ++bell_->setting;
    timer_.cancel();
}

}  // namespace smarttls::engine

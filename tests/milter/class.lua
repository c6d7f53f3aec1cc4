-- SPDX-License-Identifier: Apache-2.0
-- Class mail is never accepted while no canary has proven the routes; what is wrong for ever is refused.

function class_mail(conn, class, sender, user)
    begin(conn, sender, user)
    headers(conn, "Subject", "results", "X-SmartTLS-Class", class)
    body(conn, "hello\r\n")
    finish(conn)
end

local conn = connect(TRUSTED)
for _, class in ipairs({"nta7516", "NTA7516", "gdpr", " gdpr "}) do
    class_mail(conn, class)
    expect_deferred(conn)
end
class_mail(conn, "no-such-class")
expect_unknown_class(conn, "no-such-class")
class_mail(conn, "")
expect_unknown_class(conn, "")
class_mail(conn, "100%s of it")
expect_unknown_class(conn, "100%s of it")
class_mail(conn, "nta7516", "<>")
expect_reply(conn, "550", "5.7.1", "Mail of class nta7516 needs a sender address")
expect_usable(conn)
mt.disconnect(conn)

-- Who has authenticated may set a class from everywhere, for that message.
conn = connect(STRANGER)
class_mail(conn, "nta7516", nil, "alice")
expect_deferred(conn)
mt.disconnect(conn)

-- A path instead of a mailbox.
conn = connect(TRUSTED)
check(mt.mailfrom(conn, "<alice@org.example>"), "MAIL")
check(mt.rcptto(conn, "<@gw.example:bob@dane.example>"), "RCPT")
headers(conn, "X-SmartTLS-Class", "gdpr")
finish(conn)
expect_reply(conn, "550", "5.1.3",
             "Mail of class gdpr takes plain addresses only, not @gw.example:bob@dane.example")
mt.disconnect(conn)

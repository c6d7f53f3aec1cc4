-- SPDX-License-Identifier: Apache-2.0
-- Ten thousand recipients in one message, each in a domain of its own; then the same with class mail.

local MANY = 10000

local function envelope(conn)
    check(mt.mailfrom(conn, "<alice@org.example>"), "MAIL")
    expect_continue(conn, "MAIL")
    for i = 1, MANY do
        mt.macro(conn, SMFIC_RCPT, "{rcpt_mailer}", "smtp", "{rcpt_host}", "d" .. i .. ".example", "i", "4jX")
        check(mt.rcptto(conn, "<bob@d" .. i .. ".example>"), "RCPT " .. i)
        expect_continue(conn, "RCPT " .. i)
    end
end

local conn = connect(TRUSTED)
envelope(conn)
headers(conn, "Subject", "to all")
body(conn, "hello\r\n")
finish(conn)
expect_untouched(conn)

envelope(conn)
headers(conn, "X-SmartTLS-Class", "nta7516")
body(conn, "hello\r\n")
finish(conn)
expect_deferred(conn)

envelope(conn)
check(mt.abort(conn), "RSET")
expect_usable(conn)
mt.disconnect(conn)

-- SPDX-License-Identifier: Apache-2.0
-- Several transactions on one connection: each is judged by itself, whatever came before it.

local conn = connect(TRUSTED)

local function unmarked()
    begin(conn)
    headers(conn, "Subject", "hello")
    body(conn, "hello\r\n")
    finish(conn)
    expect_untouched(conn)
end

local function class_mail()
    begin(conn)
    headers(conn, "X-SmartTLS-Class", "nta7516")
    body(conn, "hello\r\n")
    finish(conn)
    expect_deferred(conn)
end

local function unknown_class()
    begin(conn)
    headers(conn, "X-SmartTLS-Class", "no-such")
    body(conn, "hello\r\n")
    finish(conn)
    expect_unknown_class(conn, "no-such")
end

local kinds = {unmarked, class_mail, unknown_class}
for _, first in ipairs(kinds) do
    for _, second in ipairs(kinds) do
        first()
        second()
        check(mt.abort(conn), "RSET")
    end
end

-- RSET in a transaction with recipients, then one for another sender: nothing of the first is left.
begin(conn, "<>")
headers(conn, "X-SmartTLS-Class", "gdpr")
check(mt.abort(conn), "RSET")
class_mail()

-- MAIL twice, which the MTA should not let through.
begin(conn)
class_mail()

unmarked()
mt.disconnect(conn)

-- SPDX-License-Identifier: Apache-2.0
-- A transaction may be aborted (RSET, a lost client) after every step; the next one knows nothing of it.

local steps = {
    function(conn) check(mt.mailfrom(conn, "<alice@org.example>"), "MAIL") end,
    function(conn) check(mt.rcptto(conn, "<bob@dane.example>"), "RCPT") end,
    function(conn) check(mt.header(conn, "X-SmartTLS-Class", "nta7516"), "header") end,
    function(conn) check(mt.eoh(conn), "end of headers") end,
    function(conn) check(mt.bodystring(conn, "hello\r\n"), "body") end,
}

local conn = connect(TRUSTED)
for last = 0, #steps do
    for step = 1, last do
        steps[step](conn)
        expect_continue(conn, "step " .. step)
    end
    check(mt.abort(conn), "abort after step " .. last)
    expect_usable(conn)
end
mt.disconnect(conn)

-- The client is gone, politely and not.
for _, polite in ipairs({true, false}) do
    for last = 0, #steps do
        conn = connect(TRUSTED)
        for step = 1, last do steps[step](conn) end
        mt.disconnect(conn, polite)
    end
end
conn = connect(TRUSTED)
expect_usable(conn)
mt.disconnect(conn)

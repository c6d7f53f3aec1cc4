-- SPDX-License-Identifier: Apache-2.0
-- Several messages per connection, several connections, and connections that say little.

-- A close may be all that ever comes.
for _, polite in ipairs({true, false}) do
    mt.disconnect(open(), polite)
    local conn = open()
    check(mt.negotiate(conn, nil, nil, nil), "negotiate")
    mt.disconnect(conn, polite)
    mt.disconnect(connect(STRANGER), polite)
end

-- Marked and unmarked messages take turns, and none leaves anything to the next.
local conn = connect(TRUSTED)
for _ = 1, 5 do
    begin(conn)
    headers(conn, "X-SmartTLS-Class", "nta7516")
    body(conn, "hello\r\n")
    finish(conn)
    expect_deferred(conn)
    expect_usable(conn)
end

-- Two clients at once keep apart.
local stranger = connect(STRANGER)
begin(conn)
begin(stranger)
headers(stranger, "X-SmartTLS-Class", "nta7516")
headers(conn, "X-SmartTLS-Class", "nta7516")
finish(stranger)
expect_continue(stranger, "the stranger's end of message")
finish(conn)
expect_deferred(conn)
mt.disconnect(conn)
expect_usable(stranger)
mt.disconnect(stranger)

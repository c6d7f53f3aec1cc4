-- SPDX-License-Identifier: Apache-2.0
-- The body is read as long as somebody looks at it: that of class mail whole, of unmarked mail nothing.

local CHUNK = string.rep("x", 65000)

local function chunks(conn, count, expect)
    for _ = 1, count do
        check(mt.bodystring(conn, CHUNK), "body")
        expect(conn)
    end
end

local conn = connect(TRUSTED)
begin(conn)
headers(conn, "Subject", "unmarked")
chunks(conn, 1, expect_skipped)
finish(conn)
expect_untouched(conn)

-- What was skipped in one transaction is read in the next.
begin(conn)
headers(conn, "X-SmartTLS-Class", "gdpr")
chunks(conn, 40, function(c) expect_continue(c, "body") end)
finish(conn)
expect_deferred(conn)
begin(conn)
headers(conn, "Subject", "unmarked")
chunks(conn, 1, expect_skipped)
finish(conn)
expect_untouched(conn)
mt.disconnect(conn)

-- A stranger's class is not honoured; his body is nobody's business, and the header goes.
conn = connect(STRANGER)
begin(conn)
headers(conn, "X-SmartTLS-Class", "gdpr")
chunks(conn, 1, expect_skipped)
finish(conn)
if not mt.eom_check(conn, MT_HDRDELETE, "X-SmartTLS-Class") then error("the control header stays") end
mt.disconnect(conn)

-- An unknown class is refused whatever the body.
conn = connect(TRUSTED)
begin(conn)
headers(conn, "X-SmartTLS-Class", "no-such")
chunks(conn, 1, expect_skipped)
finish(conn)
expect_unknown_class(conn, "no-such")
expect_usable(conn)
mt.disconnect(conn)

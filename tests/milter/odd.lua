-- SPDX-License-Identifier: Apache-2.0
-- Messages that no mail program writes.

local conn = connect(TRUSTED)

-- No body.
begin(conn)
headers(conn, "Subject", "no body")
finish(conn)
expect_untouched(conn)
begin(conn)
headers(conn, "X-SmartTLS-Class", "gdpr")
finish(conn)
expect_deferred(conn)

-- No headers.
begin(conn)
headers(conn)
body(conn, "no headers\r\n")
finish(conn)
expect_untouched(conn)

-- Neither.
begin(conn)
headers(conn)
finish(conn)
expect_untouched(conn)

-- Every byte in the body, NUL included, in class mail and other (mt.bodystring would end at NUL).
begin(conn)
headers(conn, "Subject", "bytes")
check(mt.bodyfile(conn, bytes), "body")
expect_skipped(conn)
finish(conn)
expect_untouched(conn)
begin(conn)
headers(conn, "X-SmartTLS-Class", "gdpr")
check(mt.bodyfile(conn, bytes), "body")
finish(conn)
expect_deferred(conn)

-- A thousand header fields, and one that begins with the name of ours.
begin(conn)
for i = 1, 1000 do
    check(mt.header(conn, "X-" .. i, ""), "header")
end
headers(conn, "X-SmartTLS-Class-", "nta7516", "\195\169", "\195\169")
finish(conn)
expect_untouched(conn)

-- A body of a megabyte, in class mail.
begin(conn)
headers(conn, "X-SmartTLS-Class", "gdpr")
check(mt.bodyrandom(conn, 1024 * 1024), "body")
finish(conn)
expect_deferred(conn)

expect_usable(conn)
mt.disconnect(conn)

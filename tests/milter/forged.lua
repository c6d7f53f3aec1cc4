-- SPDX-License-Identifier: Apache-2.0
-- A stranger's control headers are removed, and his mail passes as the ordinary mail that it is.

local conn = connect(STRANGER)
begin(conn)
headers(conn, "Subject", "urgent", "X-SmartTLS-Class", "nta7516", "x-smarttls-class", "no-such-class")
body(conn, "hello\r\n")
finish(conn)
expect_continue(conn, "end of message")
if not mt.eom_check(conn, MT_HDRDELETE, "X-SmartTLS-Class") then error("the forged header stays") end
if mt.eom_check(conn, MT_HDRDELETE, "Subject") then error("another header was removed") end
expect_no_changes(conn, {MT_HDRDELETE = true, MT_HDRCHANGE = true})
expect_usable(conn)
mt.disconnect(conn)

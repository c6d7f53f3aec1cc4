-- SPDX-License-Identifier: Apache-2.0
-- Unmarked mail passes unchanged, whoever sends it and whatever stands in it.

for _, client in ipairs({TRUSTED, STRANGER, "unspec"}) do
    local conn = connect(client)
    begin(conn)
    headers(conn, "From", "alice@org.example", "Subject", "X-SmartTLS-Class: nta7516", "X-SmartTLS-Classes", "nta7516")
    body(conn, "X-SmartTLS-Class: nta7516\r\n\r\nhello\r\n")
    finish(conn)
    expect_untouched(conn)
    mt.disconnect(conn)
end

-- A bounce, too.
local conn = connect(TRUSTED)
begin(conn, "<>")
headers(conn, "Subject", "Undelivered Mail Returned to Sender")
body(conn, "sorry\r\n")
finish(conn)
expect_untouched(conn)
mt.disconnect(conn)

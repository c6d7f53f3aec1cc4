-- SPDX-License-Identifier: Apache-2.0
-- Recipients of every shape, with ESMTP parameters: while anything is in doubt, nobody leaves the envelope,
-- although the class would have them pick the mail up; and ordinary mail keeps them all.

local paths = {
    '<"a b"@plaintext.example>', '<"a\\"b"@plaintext.example>', "<MiXed@Plaintext.Example>", "<j\195\182rg@plaintext.example>",
    "<a+b/c=d@plaintext.example>", "<u@[192.0.2.1]>", "bare@plaintext.example", "<root>", "<dup@plaintext.example>", "<dup@plaintext.example>",
}

local function envelope(conn)
    check(mt.mailfrom(conn, "<alice@org.example>", "RET=FULL", "ENVID=a+2Bb", "SMTPUTF8"), "MAIL")
    expect_continue(conn, "MAIL")
    for _, path in ipairs(paths) do
        mt.macro(conn, SMFIC_RCPT, "{rcpt_mailer}", "smtp", "{rcpt_host}", "plaintext.example", "i", "4jX")
        check(mt.rcptto(conn, path, "NOTIFY=SUCCESS,FAILURE", "ORCPT=rfc822;x+2By@org.example"), "RCPT " .. path)
        expect_continue(conn, "RCPT " .. path)
    end
end

local function expect_all_stay(conn)
    for _, path in ipairs(paths) do
        if mt.eom_check(conn, MT_RCPTDELETE, path) then error(path .. " was removed") end
    end
end

local conn = connect(TRUSTED)
envelope(conn)
headers(conn, "Subject", "for pickup", "X-SmartTLS-Class", "pickup")
body(conn, "hello\r\n")
finish(conn)
expect_deferred(conn)
expect_all_stay(conn)

envelope(conn)
headers(conn, "Subject", "ordinary")
body(conn, "hello\r\n")
finish(conn)
expect_untouched(conn)
expect_all_stay(conn)
mt.disconnect(conn)

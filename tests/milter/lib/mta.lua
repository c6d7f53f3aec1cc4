-- SPDX-License-Identifier: Apache-2.0
--
-- The words in which the scripts speak: connect(), begin(conn), headers(conn, ...), finish(conn) for one
-- message, and expect_...() for what the milter answered. Every step fails the script with its name.

TRUSTED = "127.0.0.1"
STRANGER = "192.0.2.1"
SKIP = "s"  -- SMFIR_SKIP, which miltertest has no name for

-- A removal is a change to miltertest, too: to nothing.
local CHANGES = {
    MT_HDRADD = MT_HDRADD, MT_HDRINSERT = MT_HDRINSERT, MT_HDRCHANGE = MT_HDRCHANGE,
    MT_HDRDELETE = MT_HDRDELETE, MT_BODYCHANGE = MT_BODYCHANGE, MT_QUARANTINE = MT_QUARANTINE,
}
local ENVELOPE_CHANGES = {MT_RCPTADD = MT_RCPTADD, MT_RCPTDELETE = MT_RCPTDELETE}

function check(failure, what)
    if failure ~= nil then error(what .. ": " .. failure, 2) end
end

function expect_continue(conn, what)
    if mt.getreply(conn) ~= SMFIR_CONTINUE then
        error(what .. ": the milter answered " .. string.char(mt.getreply(conn)), 2)
    end
end

-- A connection on which nothing was said.
function open()
    local conn = mt.connect(socket)
    if conn == nil then error("cannot connect to " .. socket, 2) end
    return conn
end

-- A connection of a client with that address.
function connect(address)
    local conn = open()
    check(mt.conninfo(conn, "client.example", address), "connect")
    expect_continue(conn, "connect")
    return conn
end

-- MAIL and one RCPT. `user`: authenticated.
function begin(conn, sender, user)
    if user then
        mt.macro(conn, SMFIC_MAIL, "{auth_type}", "PLAIN", "{auth_authen}", user)
    end
    check(mt.mailfrom(conn, sender or "<alice@org.example>", "ENVID=x"), "MAIL")
    expect_continue(conn, "MAIL")
    mt.macro(conn, SMFIC_RCPT, "{rcpt_mailer}", "smtp", "{rcpt_host}", "dane.example", "i", "4jX")
    check(mt.rcptto(conn, "<bob@dane.example>"), "RCPT")
    expect_continue(conn, "RCPT")
end

-- Header fields "Name: value", in pairs, and the end of the headers.
function headers(conn, ...)
    local fields = {...}
    for i = 1, #fields, 2 do
        check(mt.header(conn, fields[i], fields[i + 1]), "header " .. fields[i])
        expect_continue(conn, "header " .. fields[i])
    end
    check(mt.eoh(conn), "end of headers")
    expect_continue(conn, "end of headers")
end

-- A chunk of the body was taken, or all of it is left to the MTA.
function expect_body(conn)
    if mt.getreply(conn) ~= string.byte(SKIP) then expect_continue(conn, "body") end
end

function expect_skipped(conn)
    if mt.getreply(conn) ~= string.byte(SKIP) then error("the milter wants the rest of the body", 2) end
end

function body(conn, text)
    check(mt.bodystring(conn, text), "body")
    expect_body(conn)
end

function finish(conn)
    check(mt.eom(conn), "end of message")
end

-- `but`: changes that are all right, by their names.
function expect_no_changes(conn, but)
    for name, change in pairs(CHANGES) do
        if not (but and but[name]) and mt.eom_check(conn, change) then
            error("the milter asked for " .. name, 2)
        end
    end
    for name, change in pairs(ENVELOPE_CHANGES) do
        if mt.eom_check(conn, change, "<bob@dane.example>") then error("the milter asked for " .. name, 2) end
    end
end

-- Accepted, and nothing changed.
function expect_untouched(conn)
    expect_continue(conn, "end of message")
    expect_no_changes(conn)
end

-- miltertest compares the whole reply.
function expect_reply(conn, code, enhanced, text)
    if mt.getreply(conn) ~= SMFIR_REPLYCODE then
        error("no reply code, but " .. string.char(mt.getreply(conn)), 2)
    end
    if not mt.eom_check(conn, MT_SMTPREPLY, code, enhanced, text) then
        error("the reply is not " .. code .. " " .. enhanced .. " " .. text, 2)
    end
    expect_no_changes(conn)
end

-- Class mail while no canary has proven anything: here because there is no Postfix.
function expect_deferred(conn)
    local directory = socket:match("^unix:(.*)/")
    expect_reply(conn, "451", "4.3.5", "Protection of this mail (enforcement: recipient_delimiter: postconf: postconf: fatal: open " ..
        directory .. "/no-postfix/main.cf: No such file or directory) is not set up completely; the administrator is told")
end

function expect_unknown_class(conn, class)
    local text = 'The class "' .. class .. '" in X-SmartTLS-Class is not known here'
    expect_reply(conn, "550", "5.7.1", (text:gsub("%%", "%%%%")))  -- doubled: the MTA takes it as a format
end

-- One unmarked message, to see that a connection is still of use.
function expect_usable(conn)
    begin(conn)
    headers(conn, "Subject", "still there")
    body(conn, "hello\r\n")
    finish(conn)
    expect_untouched(conn)
end

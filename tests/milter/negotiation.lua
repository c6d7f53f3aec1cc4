-- SPDX-License-Identifier: Apache-2.0
-- The milter asks for the actions that it needs and no others, and serves no MTA that lacks one.

local conn = open()
check(mt.negotiate(conn, nil, nil, nil), "negotiate")
for name, action in pairs({SMFIF_ADDHDRS = SMFIF_ADDHDRS, SMFIF_CHGHDRS = SMFIF_CHGHDRS,
                           SMFIF_CHGFROM = SMFIF_CHGFROM, SMFIF_QUARANTINE = SMFIF_QUARANTINE,
                           SMFIF_DELRCPT = SMFIF_DELRCPT, SMFIF_ADDRCPT_PAR = SMFIF_ADDRCPT_PAR or 0x80}) do
    if not mt.test_action(conn, action) then error("the milter does not ask for " .. name) end
end
for name, action in pairs({SMFIF_CHGBODY = SMFIF_CHGBODY, SMFIF_ADDRCPT = SMFIF_ADDRCPT}) do
    if mt.test_action(conn, action) then error("the milter asks for " .. name) end
end
if not mt.test_option(conn, SMFIP_NOHELO) then error("the milter wants HELO, which it does not use") end
for name, step in pairs({SMFIP_NR_HDR = SMFIP_NR_HDR, SMFIP_NR_EOH = SMFIP_NR_EOH}) do
    if not mt.test_option(conn, step) then error("the MTA has to wait for an answer: " .. name) end
end
if mt.test_option(conn, SMFIP_NR_RCPT) then error("the canary would not find what was seen at RCPT") end
if mt.test_option(conn, SMFIP_NOBODY) then error("the milter does not want the body, which it hashes") end
mt.disconnect(conn)

-- Without SMFIF_QUARANTINE nothing can be held, without SMFIF_DELRCPT nobody can leave a message.
local COMMON = SMFIF_ADDHDRS + SMFIF_CHGHDRS + SMFIF_CHGFROM + (SMFIF_ADDRCPT_PAR or 0x80)
for lacking, offered in pairs({quarantine = COMMON + SMFIF_DELRCPT, removal = COMMON + SMFIF_QUARANTINE}) do
    conn = open()
    local failure = mt.negotiate(conn, nil, offered, nil)
    if failure == nil then failure = mt.conninfo(conn, "client.example", TRUSTED) end
    if failure == nil and mt.getreply(conn) == SMFIR_CONTINUE then error("the milter serves an MTA without " .. lacking) end
    mt.disconnect(conn, false)
end

conn = connect(TRUSTED)
expect_usable(conn)
mt.disconnect(conn)

-- SPDX-License-Identifier: Apache-2.0
-- Header fields as long as Postfix lets them be (header_size_limit, 102400 bytes). miltertest itself breaks
-- at 1000 bytes, so a client of our own speaks for it.
if not os.execute("/usr/bin/python3 " .. lib:gsub("mta.lua$", "large_header.py") .. " " .. socket:gsub("^unix:", "")) then
    error("see above")
end
local conn = connect(TRUSTED)
expect_usable(conn)
mt.disconnect(conn)

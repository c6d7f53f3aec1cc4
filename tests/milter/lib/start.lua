-- SPDX-License-Identifier: Apache-2.0
-- Runs the script and says what went wrong: miltertest itself ends without a word.
dofile(lib)
local content, message = xpcall(dofile, debug and debug.traceback or tostring, script)
if not content then
    mt.echo(tostring(message))
    error(message)
end

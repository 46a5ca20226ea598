-- Adds books, each with an ISBN that no other has: the round (LOAD_ROUND), the thread and a number make it.
dofile(os.getenv("LOAD_LIBRARY"))

local count, round = 0, tonumber(os.getenv("LOAD_ROUND"))
local headers = {["Content-Type"] = "application/json"}

function new_isbn()
   count = count + 1
   return string.format("979%02d%02d%06d", round, number, count)
end

function request()
   local body = string.format(
      '{"title": "A book of round %d, number %d", "author": "Jane Austen", "isbn": "%s", "description": "Added under load."}',
      round, count, new_isbn())
   return wrk.format("POST", "/books", headers, body)
end

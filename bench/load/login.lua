-- Logs the members of the file LOAD_MEMBERS in, in turn. A line is an id, an access token and an email address.
dofile(os.getenv("LOAD_LIBRARY"))

local requests, next_one = {}, 0
local headers = {["Content-Type"] = "application/json"}

function init()
   for place, member in ipairs(lines_of("LOAD_MEMBERS")) do
      local email = member:match("^%S+ %S+ (%S+)$")
      local body = string.format('{"email": "%s", "password": "%s"}', email, os.getenv("LOAD_PASSWORD"))
      requests[place] = wrk.format("POST", "/auth/login", headers, body)
   end
   next_one = number * 7919 % #requests
end

function request()
   next_one = next_one % #requests + 1
   return requests[next_one]
end

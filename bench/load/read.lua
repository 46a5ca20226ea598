-- Asks for the paths of the file LOAD_PATHS, in turn; each thread begins elsewhere. The requests are written beforehand, so that asking
-- costs the same whatever is asked for.
dofile(os.getenv("LOAD_LIBRARY"))

local requests, next_one = {}, 0

function init()
   for place, path in ipairs(lines_of("LOAD_PATHS")) do requests[place] = wrk.format("GET", path) end
   next_one = number * 7919 % #requests
end

function request()
   next_one = next_one % #requests + 1
   return requests[next_one]
end

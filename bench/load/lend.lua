-- Borrows a book and returns it, again and again. wrk does not say which connection an answer came by, so there is one connection a
-- thread, and each has a member (LOAD_MEMBERS) and, in each round (LOAD_ROUND), a book (LOAD_BOOKS) of its own.
dofile(os.getenv("LOAD_LIBRARY"))

local borrow, loan, headers

function init()
   local members, books = lines_of("LOAD_MEMBERS"), lines_of("LOAD_BOOKS")
   local member, token = members[number % #members + 1]:match("^(%S+) (%S+)")
   local book = books[(tonumber(os.getenv("LOAD_ROUND")) * 64 + number) % #books + 1]
   headers = {["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json"}
   borrow = wrk.format("POST", "/loans", headers, string.format('{"book_id": "%s", "member_id": "%s"}', book, member))
end

function request()
   if loan then return wrk.format("POST", "/loans/" .. loan .. "/return", headers) end
   return borrow
end

function response(status, _, body)
   if status == 201 then loan = body:match('"id":"([^"]+)"') else loan = nil end
end

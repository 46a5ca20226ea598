-- Everything that clients do, as one member after another would: reads, pages, a search, a new book, a loan and its return, and now and
-- then a log-in. One connection a thread, as in lend.lua.
dofile(os.getenv("LOAD_LIBRARY"))

local plain, turn, count, loan = {["Content-Type"] = "application/json"}, 0, 0, nil
local books, member, token, email, own_book, headers, round
local TURNS = 200

function init()
   local members = lines_of("LOAD_MEMBERS")
   books = lines_of("LOAD_BOOKS")
   round = tonumber(os.getenv("LOAD_ROUND"))
   member, token, email = members[number % #members + 1]:match("^(%S+) (%S+) (%S+)$")
   own_book = books[(round * 64 + number) % #books + 1]
   headers = {["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json"}
   -- So that not all log in at once.
   turn = number * 3
end

local function post(path, body, with)
   return wrk.format("POST", path, with or plain, body)
end

function request()
   if loan then return post("/loans/" .. loan .. "/return", nil, headers) end
   local kind = turn % 20
   if turn % TURNS == 199 then
      return post("/auth/login", string.format('{"email": "%s", "password": "%s"}', email, os.getenv("LOAD_PASSWORD")))
   elseif kind == 3 or kind == 13 then
      return wrk.format("GET", "/books")
   elseif kind == 7 then
      return wrk.format("GET", "/books?q=" .. os.getenv("LOAD_WORD"))
   elseif kind == 11 then
      count = count + 1
      local isbn = string.format("979%02d%02d%06d", round, number, count)
      return post("/books", string.format('{"title": "Under load", "author": "Jane Austen", "isbn": "%s"}', isbn))
   elseif kind == 17 then
      return post("/loans", string.format('{"book_id": "%s", "member_id": "%s"}', own_book, member), headers)
   end
   return wrk.format("GET", "/books/" .. books[(turn * 127 + number * 7919) % #books + 1])
end

function response(status, _, body)
   local was_borrowed = turn % 20 == 17 and not loan and status == 201
   if was_borrowed then
      loan = body:match('"id":"([^"]+)"')
   else
      loan, turn = nil, turn + 1
   end
end

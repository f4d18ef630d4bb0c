-- Asks for one new person after the other, of a few thousand accounts.
local n = 0
request = function()
  n = n + 1
  wrk.headers["X-Account"] = "agent" .. (n * 7919 % 5000)
  return wrk.format("GET", "/people/" .. n)
end

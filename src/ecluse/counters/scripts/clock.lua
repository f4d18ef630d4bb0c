-- What time is it for the counter?
--
-- Instants are microseconds since 1970, exact in a double until the year 2255. The counter's clock is
-- this server's, but it never goes back: the latest instant is stored beside the counts. No two
-- decisions share an instant, so that an instant names one access.

local SECOND = 1000000

-- Lua writes large numbers with 14 digits; an instant has 16.
local function text(number)
  return string.format('%.0f', number)
end

-- `given` is an instant that a test injects; else this server's time, the same for a whole script.
local function wall(given)
  if given then
    return given
  end
  local time = redis.call('TIME')
  return tonumber(time[1]) * SECOND + tonumber(time[2])
end

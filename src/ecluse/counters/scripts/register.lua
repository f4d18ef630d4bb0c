-- How far back and how many does each count keep? The most that any gate's policies have asked for, so
-- that gates whose limits differ for a while, or fall day by day, share one count.
--
-- KEYS  the five of keys.lua
-- ARGV  1 the server's run   2 empty   3.. field of the state, longest, cap of each count, in turn
-- Gives what each keeps now.

local kept = {}
for place = 3, #ARGV, 3 do
  local longest, cap = tonumber(ARGV[place + 1]), tonumber(ARGV[place + 2])
  local before = redis.call('HGET', STATE, ARGV[place])
  if before then
    local before_longest, before_cap = string.match(before, '^(%d+):(%d+)$')
    longest = math.max(longest, tonumber(before_longest))
    cap = math.max(cap, tonumber(before_cap))
  end
  kept[#kept + 1] = string.format('%.0f:%.0f', longest, cap)
  redis.call('HSET', STATE, ARGV[place], kept[#kept])
end
return kept

-- A gate says which counts it charges, and, before it brings its ledger, begins an epoch where needed.
--
-- KEYS  the five of keys.lua
-- ARGV  1 the server's run   2 empty   3 gate   4 1 to begin   5 how many values tell what is closed
--       6.. these, names and holds in turn, then the marks of the counts that the gate charges
-- Gives the epoch, and each mark's value: how far back and how many the count knows of this gate.
--
-- The state's field `gate:G` says that G has brought its ledger in this epoch; `of:T:G` that count T
-- holds all that G released, so far back and so many, and is charged by G; `since:G` from when on
-- something of G may be missing.

local gate = ARGV[3]

-- Whatever was decided after the clock that survived is in the ledgers, and perhaps not here.
local function begin()
  local state = redis.call('HMGET', STATE, 'epoch', 'clock')
  if state[1] == ARGV[1] then
    return
  end
  for _, field in ipairs(redis.call('HKEYS', STATE)) do
    local known = string.match(field, '^gate:(.*)$')
    if known then
      redis.call('HDEL', STATE, field)
      redis.call('HSET', STATE, 'since:' .. known, state[2] or '0')
    end
  end
  redis.call('HSET', STATE, 'epoch', ARGV[1])
end

local function leave_other_counts(marks)
  for _, field in ipairs(redis.call('HKEYS', STATE)) do
    local owner = string.match(field, '^of:%x+:(.*)$')
    if owner == gate and not marks[field] then
      redis.call('HDEL', STATE, field)
    end
  end
end

local marks_from = 6 + tonumber(ARGV[5])
if ARGV[4] == '1' then
  begin()
  for place = 6, marks_from - 1, 2 do
    redis.call('HSETNX', HOLDS, ARGV[place], ARGV[place + 1])
  end
end
local marks, known = {}, {}
for place = marks_from, #ARGV do
  marks[ARGV[place]] = true
  known[#known + 1] = redis.call('HGET', STATE, ARGV[place])
end
leave_other_counts(marks)
table.insert(known, 1, redis.call('HGET', STATE, 'epoch') or '')
return known

-- Decides a batch of requests, one after the other, and charges those that are released.
--
-- KEYS  the five of keys.lua, then every key that a request draws on
-- ARGV  1 the server's run, as the gate's connection knows it   2 an instant, in tests; else empty
--       3 what is the same for all batches: gate, gates, budgets, lifetime (MessagePack)
--       4 calls and places of their lists (MessagePack, draws.lua)   5 all items, as one string
--       6.. the accounts and sessions of the calls, as holds name them
--
-- All budgets of a request are judged first; then all are charged, or none. Nothing else runs on this
-- server meanwhile.

local RESERVE, OBSERVE = 2, 3
local NAMES = 5 -- values in ARGV before the names

local missing = missing_gates()
if #missing > 0 then
  return cmsgpack.pack({ 0, missing })
end
if changed and #common.leaving > 0 then
  redis.call('HDEL', STATE, unpack(common.leaving)) -- from here on this gate no longer charges them
end

local given = tonumber(ARGV[2])
local now_wall = wall(given)
local step = given and 0 or 1
local base = math.max(now_wall, (tonumber(state[2]) or 0) + step)
local clock = { now = base, gate = common.gate, open_bytes = tonumber(state[4]) or 0 }
local number = tonumber(state[3]) or 0

expire(base)
local anything_open = redis.call('EXISTS', CHAINS) == 1

-- Who is closed, by the place of its name in ARGV.
local closed = {}
if #ARGV > NAMES then
  for place, hold in ipairs(redis.call('HMGET', HOLDS, unpack(ARGV, NAMES + 1))) do
    closed[NAMES + place] = hold and cmsgpack.unpack(hold) or nil
  end
end

local function close(budget, call)
  local place = call[budget.closes]
  if not closed[place] then
    closed[place] = { budget.id, clock.now }
    redis.call('HSET', HOLDS, ARGV[place], cmsgpack.pack(closed[place]))
  end
end

-- Judges every draw and adds what it says to the answer; gives whether one refuses.
local function judge_all(draws, call, answer)
  local refused = false
  for _, draw in ipairs(draws) do
    local budget = draw.budget
    local window, used
    if judged(budget) then
      window, used = judge(draw, clock.now)
    end
    if window then
      local limit = budget.limits[window]
      answer[#answer + 1] = draw.place - 1
      answer[#answer + 1] = window - 1
      answer[#answer + 1] = math.min(used, limit + 1)
      if used > limit and not budget.shadow then
        refused = refused or budget.effect > SLOW
        if budget.effect == HOLD then
          close(budget, call)
        end
      end
    end
  end
  return refused
end

local function release(draws, reserved)
  local weight = reserved and weight_of(draws) or 0
  clock.open_bytes = clock.open_bytes + weight
  if reserved then
    number = math.max(number + 1, clock.now)
    link(draws, number, clock.now)
    anything_open = true
  elseif anything_open then
    note(draws, clock.now)
  end
  for _, draw in ipairs(draws) do
    charge(draw, clock)
  end
  if reserved then
    write_reservation(draws, number, clock.now + common.lifetime, weight)
  end
end

-- 0 for a plain permit, else { reservation, what keeps it closed and until when, policy of an earlier
-- hold, and for each reason the places of budget and window, and what the window would hold }.
local function decide(call)
  local operation = call[1]
  local observed, reserved = operation == OBSERVE, operation == RESERVE
  local answer = { 0, {}, '' }
  local hold = closed[call[2]] or closed[call[3]]
  if hold then
    answer[3] = hold[1]
    if not observed then
      return answer
    end
  end
  local draws = draws_of(call)
  local refused = judge_all(draws, call, answer)
  if refused and not observed then
    answer[2] = closed_until(with_later(draws, call), clock.now)
    return answer
  end
  release(draws, reserved)
  if reserved then
    answer[1] = number
  elseif #answer == 3 and not hold then
    return 0
  end
  return answer
end

local answers = {}
for place, call in ipairs(batch.calls) do
  clock.now = base + step * (place - 1)
  clock.lead = clock.now - now_wall
  answers[place] = decide(call)
end
redis.call('HSET', STATE, 'clock', text(clock.now), 'number', text(number))
return cmsgpack.pack({ 1, base, step, changed and 1 or 0, answers })

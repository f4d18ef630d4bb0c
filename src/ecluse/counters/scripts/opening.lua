-- From which instant on do a budget's counts leave room for a request, if nothing else is read?
--
-- A window of length L and limit Q lets the request's n items pass once at most Q - n other items are
-- in it: once the (Q - n + 1)th newest of the others is older than L. So the instant is that entry's
-- last access plus L, for the latest of all windows. When the request would pass, with hours and ages
-- looked at as well, the gate tells from these instants by the engine's own rule.

local NEVER = -1

-- The last access of the `rank`th newest entry that is none of the request's items (0 is the newest).
local function other(draw, rank)
  local scores = {}
  for _, last in ipairs(draw.lasts or {}) do
    if last then
      scores[#scores + 1] = last
    end
  end
  table.sort(scores, function(a, b) return a > b end)
  local passed = 0 -- the request's items among the newest; each moves the place by one
  while true do
    local found = redis.call('ZREVRANGE', draw.key, rank + passed, rank + passed, 'WITHSCORES')
    local score = tonumber(found[2])
    local before = passed
    while score and scores[passed + 1] and scores[passed + 1] >= score do
      passed = passed + 1
    end
    if passed == before then
      return score
    end
  end
end

-- The instant of the newest entry from which on the entries add up to more than `room`.
local function heavier(draw, room)
  local low, high = 0, redis.call('ZCARD', draw.key)
  while low < high do -- the first rank, newest first, whose sum is above the room
    local middle = math.floor((low + high) / 2)
    local weight, total = weight_and_total(redis.call('ZREVRANGE', draw.key, middle, middle)[1])
    if (draw.newest - total + weight) % TOTAL_END > room then
      high = middle
    else
      low = middle + 1
    end
  end
  return tonumber(redis.call('ZREVRANGE', draw.key, low, low, 'WITHSCORES')[2])
end

-- The instant from which on all windows of a budget have room: 0 when they have it now.
local function free_at(draw, now)
  local budget = draw.budget
  draw.held = draw.held or held(draw)
  if draw.held + draw.amount <= budget.limits[1] then
    return 0
  end
  if draw.items and not draw.lasts then
    draw.lasts = last_accesses(draw.key, draw.items)
  end
  local latest = 0
  for window, length in ipairs(budget.lengths) do
    local room = budget.limits[window] - draw.amount
    if room < 0 then
      return NEVER
    end
    local last = budget.kind == BYTES and heavier(draw, room) or other(draw, room)
    if last and last > now - length then
      latest = math.max(latest, last + length)
    end
  end
  return latest
end

-- The places of all budgets that keep data in and have no room, each followed by the instant.
local function closed_until(draws, now)
  local told = {}
  for _, draw in ipairs(draws) do
    local budget = draw.budget
    if judged(budget) and not budget.shadow and budget.effect > SLOW then
      local free = free_at(draw, now)
      if free ~= 0 then
        told[#told + 1] = draw.place - 1
        told[#told + 1] = free
      end
    end
  end
  return told
end

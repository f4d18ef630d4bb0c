-- When would a refused request pass, if nothing else were read?
--
-- A window of length L and limit Q lets the request's n items pass once at most Q - n other items are
-- in it: once the (Q - n + 1)th newest of the others is older than L. So the instant is that entry's
-- last access plus L, for the latest of all windows of all budgets that refuse.

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

-- The instant at which one window has room; 0 when it has room now, nil when it never will.
local function window_opens(draw, length, limit, now)
  local room = limit - draw.amount
  if room < 0 then
    return nil
  end
  local last = draw.budget.kind == BYTES and heavier(draw, room) or other(draw, room)
  return last and last > now - length and last + length or 0
end

-- The instant at which all budgets that refuse have room; nil when that is never.
local function opens_at(draws, now)
  local latest = 0
  for _, draw in ipairs(draws) do
    if draw.refuses then
      if draw.budget.effect == HOLD then
        return nil
      end
      for window, length in ipairs(draw.budget.lengths) do
        local opens = window_opens(draw, length, draw.budget.limits[window], now)
        if not opens then
          return nil
        end
        latest = math.max(latest, opens)
      end
    end
  end
  return latest
end

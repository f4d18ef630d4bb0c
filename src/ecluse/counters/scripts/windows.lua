-- What does a budget say to a request?
--
-- A count is one sorted set a key: each item once, its score the last access. A window (now - L, now]
-- is a range of scores, so one ZCOUNT is the exact number of different items in it, for every L.
--
-- Most requests need no ZCOUNT. All that a key holds (ZCARD, one step) bounds every window; a window
-- whose bar, the lower of warning and excess, lies above that and the request's items has nothing to
-- say. And each window that is counted bounds all shorter ones.

-- How much of the key lies in the window after `floor`, without the request.
local function inside(draw, floor)
  if draw.budget.kind == BYTES then
    return sum_since(draw.key, floor, draw.newest)
  end
  return redis.call('ZCOUNT', draw.key, '(' .. text(floor), '+inf')
end

-- How much the request adds to the window after `floor`: items already in it are free.
local function added(draw, floor)
  local kind = draw.budget.kind
  if kind == BYTES or kind == ACCESSES or draw.amount == 0 then
    return draw.amount
  end
  draw.lasts = draw.lasts or last_accesses(draw.key, draw.items)
  local new = 0
  for _, last in ipairs(draw.lasts) do
    if not last or last <= floor then
      new = new + 1
    end
  end
  return new
end

-- All that the key holds, expired entries included: at least what any window holds.
local function held(draw)
  if draw.budget.kind ~= BYTES then
    draw.size = redis.call('ZCARD', draw.key)
    return draw.size
  end
  draw.newest, draw.newest_entry = newest_total(draw.key)
  return sum_since(draw.key, 0, draw.newest)
end

-- The window that decides, and what it would hold: the longest over its limit, else the longest at
-- its warning bar; nil when no window has anything to say.
local function judge(draw, now)
  local budget = draw.budget
  local bars, amount = budget.bars, draw.amount
  local bound = held(draw)
  draw.held = bound
  if bound + amount < bars[1] then
    return nil
  end
  local warned, warned_used
  for window = #bars, 1, -1 do
    if bound + amount >= bars[window] then
      local length = budget.lengths[window]
      local before = bound
      bound = inside(draw, now - length)
      draw.stale = draw.stale or (length == budget.longest and before > 2 * bound + 16)
      local used = bound + added(draw, now - length)
      if used > budget.limits[window] then
        return window, used
      end
      if used >= bars[window] and not warned then
        warned, warned_used = window, used
      end
    end
  end
  return warned, warned_used
end

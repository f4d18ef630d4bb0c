-- How is an access put on its counts?
--
-- State stays bounded: with limit Q only the newest Q + 1 items of a key can matter, besides those of
-- open reservations; older ones are dropped now and then, a sixteenth at a time. Keys that nobody
-- draws on vanish when their longest window has passed.

-- How many items open reservations may hold at most, over all keys, and the one that is being made: so
-- many are kept beyond the cap.
local function kept_beyond_the_cap()
  return redis.call('HLEN', CHAINS) + redis.call('HLEN', RESERVATIONS) + 1
end

-- Lets a key live until its newest entry has left the longest window. `lead` is how far the counter's
-- clock is ahead of this server's. An eighth is added, so that it is written rarely.
local function keep_alive(key, longest, lead)
  local needed = math.ceil((longest + lead) / 1000) + 1
  if redis.call('PTTL', key) < needed then
    redis.call('PEXPIRE', key, text(needed + math.floor(needed / 8)))
  end
end

local function trim_items(draw, now, size)
  local budget = draw.budget
  if draw.stale then
    redis.call('ZREMRANGEBYSCORE', draw.key, '-inf', text(now - budget.longest))
    size = redis.call('ZCARD', draw.key)
  end
  if size > budget.cap + budget.cap / 16 + 16 then
    local most = budget.cap + kept_beyond_the_cap()
    if size > most + most / 16 + 16 then
      redis.call('ZREMRANGEBYRANK', draw.key, 0, size - most - 1)
    end
  end
end

local function trim_bytes(draw, now, sum, open_bytes)
  if draw.stale then
    redis.call('ZREMRANGEBYSCORE', draw.key, '-inf', text(now - draw.budget.longest))
    return
  end
  local most = draw.budget.cap + open_bytes
  if sum <= 2 * most then
    return
  end
  local oldest = redis.call('ZRANGE', draw.key, 0, CHUNK - 1)
  local dropped = 0
  for _, entry in ipairs(oldest) do
    local weight = weight_and_total(entry)
    if sum - weight < most then
      break
    end
    sum, dropped = sum - weight, dropped + 1
  end
  if dropped > 0 then
    redis.call('ZREMRANGEBYRANK', draw.key, 0, dropped - 1)
  end
end

-- Puts an access on a count of accesses; gives its name.
local function add_access(draw, gate, now)
  local ordinal = 0
  while true do -- only a test's clock gives two accesses one instant
    local name = string.format('%s:%.0f:%03d', gate, now, ordinal)
    if redis.call('ZADD', draw.key, 'NX', text(now), name) == 1 then
      return name
    end
    ordinal = ordinal + 1
  end
end

local function add_bytes(draw, gate, now)
  local at, last = string.match(draw.newest_entry or '', '^%x+:(%d+):(%d+):')
  local ordinal = at == text(now) and last + 1 or 0
  local name = string.format('%s:%.0f:%03d', gate, now, ordinal)
  local total = (draw.newest + draw.amount) % TOTAL_END
  redis.call('ZADD', draw.key, text(now), string.format('%s:%.0f:%.0f', name, draw.amount, total))
  return name
end

local function add_items(draw, now)
  local score = text(now)
  if #draw.items == 1 then
    redis.call('ZADD', draw.key, score, draw.items[1])
    return
  end
  local scored = {}
  for place, item in ipairs(draw.items) do
    scored[2 * place - 1], scored[2 * place] = score, item
  end
  in_chunks('ZADD', draw.key, scored)
end

-- Charges one draw; for counts of accesses and bytes it notes the entry's name.
local function charge(draw, clock)
  local kind, now = draw.budget.kind, clock.now
  if not draw.held then
    draw.held = held(draw)
  end
  if kind == BYTES then
    draw.name = add_bytes(draw, clock.gate, now)
    trim_bytes(draw, now, draw.held + draw.amount, clock.open_bytes)
  else
    if kind == ACCESSES then
      draw.name = add_access(draw, clock.gate, now)
    else
      add_items(draw, now)
    end
    if draw.held + draw.amount > draw.budget.cap or draw.stale then
      trim_items(draw, now, redis.call('ZCARD', draw.key))
    end
  end
  keep_alive(draw.key, draw.budget.longest, clock.lead)
end

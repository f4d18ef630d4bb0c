-- Confirms reservations, or takes them back, wholly or in part.
--
-- KEYS  the five of keys.lua, then the keys that `drawn` named
-- ARGV  1 the server's run   2 an instant, in tests; else empty
--       3 reservations: number, what is to be done, piece of ARGV[4] with the persons shown (MessagePack)
--       4 persons shown, 8 bytes each
--
-- A number that is not open any more, or whose lifetime has passed, was settled before: nothing happens.

local RELEASE, PART = 2, 3

local given = tonumber(ARGV[2])
local now_wall = wall(given)
local state = redis.call('HMGET', STATE, 'epoch', 'clock')
local now = math.max(now_wall, tonumber(state[2]) or 0)

-- Gives an item back its last access before: none, when that is none or out of the longest window.
local function put_back(key, item, last, longest)
  if last > now - longest then
    redis.call('ZADD', key, text(last), item)
    keep_alive(key, longest, now - now_wall)
  else
    redis.call('ZREM', key, item)
  end
end

local function take_back_item(item, keys, number, longest)
  for key, chain in pairs(keys) do
    local at = take_link(chain, number)
    if at then
      local last = last_of(chain)
      if last < at then
        put_back(key, item, last, longest[key])
      end
      if not is_open(chain) then
        keys[key] = nil
      end
    end
  end
end

-- Takes back the items that were not shown; an account that was shown something stays counted.
local function take_back_lists(number, record, shown)
  local longest = {}
  for _, draw in ipairs(record.draws) do
    longest[draw[1]] = draw[3]
  end
  for place, piece in ipairs(record.lists) do
    local kind = record.kinds[place]
    if not (shown and kind == ACCOUNTS) then
      local items = {}
      for _, item in ipairs(items_of(kind, piece)) do
        if not (shown and shown[item]) then
          items[#items + 1] = item
        end
      end
      local chains = chains_of(items)
      for item, keys in pairs(chains) do
        take_back_item(item, keys, number, longest)
      end
      write_chains(chains)
    end
  end
end

local function take_back_names(record)
  for _, draw in ipairs(record.draws) do
    local key, kind, name = draw[1], draw[2], draw[5]
    if kind == ACCESSES then
      redis.call('ZREM', key, name)
    elseif kind == BYTES then
      local at = tonumber(string.match(name, ':(%d+):%d+$'))
      local entry = entry_named(key, at, name)
      if entry then
        redis.call('ZREM', key, entry)
        add_up_from(key, at)
      end
    end
  end
end

local function settle(number, how, first, last)
  local packed = redis.call('HGET', RESERVATIONS, text(number))
  local record = packed and cmsgpack.unpack(packed)
  if not record or record.ends <= now then
    return 0
  end
  if how == RELEASE then
    take_back_lists(number, record, nil)
    take_back_names(record)
  elseif how == PART then
    local shown = {}
    for _, item in ipairs(persons_of(string.sub(ARGV[4], first + 1, last))) do
      shown[item] = true
    end
    take_back_lists(number, record, shown)
  end
  keep_all(number, record) -- what was not taken back stays
  close_reservation(number, record)
  return 1
end

local answers = {}
for place, asked in ipairs(cmsgpack.unpack(ARGV[3])) do
  answers[place] = settle(unpack(asked))
end
if given and state[1] == ARGV[1] then -- a counter that has forgotten its clock must go on not knowing it
  redis.call('HSET', STATE, 'clock', text(now))
end
return answers

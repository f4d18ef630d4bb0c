-- How is a reservation taken back exactly?
--
-- It is charged when it is decided. Taking it back is not subtracting: an item's last access becomes
-- the newest of its other accesses. So every item that an open reservation touches has a chain, for
-- each key that counts it: the newest access that stays (0 for none), and the accesses of open
-- reservations, as pairs (number, instant). The last access is the latest of them all.
--
-- Chains lie in one hash, a field an item: { key = { stays, number, instant, number, instant, … } }.
-- A field goes with the last reservation on its item; where nothing is reserved the hash is not there.

-- The chains of those items that have any.
local function chains_of(items)
  local chains = {}
  if #items > 0 then
    local found = in_chunks('HMGET', CHAINS, items)
    for place, item in ipairs(items) do
      if found[place] then
        chains[item] = cmsgpack.unpack(found[place])
      end
    end
  end
  return chains
end

local function write_chains(chains)
  local pairs_, gone = {}, {}
  for item, keys in pairs(chains) do
    if next(keys) then
      pairs_[#pairs_ + 1] = item
      pairs_[#pairs_ + 1] = cmsgpack.pack(keys)
    else
      gone[#gone + 1] = item
    end
  end
  if #pairs_ > 0 then
    in_chunks('HSET', CHAINS, pairs_)
  end
  if #gone > 0 then
    in_chunks('HDEL', CHAINS, gone)
  end
end

-- Notes an access that stays: on a chain it is the newest such, or an older one that changes nothing.
local function stays(chain, at)
  chain[1] = math.max(chain[1], at)
end

-- The last access that a chain tells; 0 for none.
local function last_of(chain)
  local last = chain[1]
  for place = 3, #chain, 2 do
    last = math.max(last, chain[place])
  end
  return last
end

-- Takes a reservation's link out and gives its instant; nil when the chain has no such link.
local function take_link(chain, number)
  for place = 2, #chain, 2 do
    if chain[place] == number then
      table.remove(chain, place)
      return table.remove(chain, place)
    end
  end
  return nil
end

local function is_open(chain)
  return #chain > 1
end

-- Confirms the accesses of a reservation that nobody answered in its lifetime.
local function keep_all(number, record)
  for place, list in ipairs(record.lists) do
    local items = items_of(record.kinds[place], list)
    local chains = chains_of(items)
    for _, keys in pairs(chains) do
      for key, chain in pairs(keys) do
        local at = take_link(chain, number)
        if at then
          stays(chain, at)
          if not is_open(chain) then
            keys[key] = nil
          end
        end
      end
    end
    write_chains(chains)
  end
end

-- Forgets that a reservation is open.
local function close_reservation(number, record)
  redis.call('HDEL', RESERVATIONS, text(number))
  redis.call('ZREM', EXPIRIES, text(number))
  if record.weight > 0 then
    redis.call('HINCRBY', STATE, 'open_bytes', text(-record.weight))
  end
end

-- Ends reservations past their lifetime, the earliest first, some at each call: counts do not change
-- by it, and whoever still names one of them is told that it was settled.
local EXPIRED_AT_ONCE = 16

local function expire(now)
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', EXPIRIES, '-inf', text(now), 'LIMIT', 0, EXPIRED_AT_ONCE)) do
    local packed = redis.call('HGET', RESERVATIONS, name)
    local number = tonumber(name)
    local record = cmsgpack.unpack(packed)
    keep_all(number, record)
    close_reservation(number, record)
  end
end

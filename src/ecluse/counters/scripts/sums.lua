-- How many bytes does a window hold?
--
-- An entry of a count of bytes is named `gate:instant:ordinal:weight:total`, where `total` adds up all
-- weights up to this entry, modulo 2^52. So the sum of any window is a difference of two totals, and
-- costs two look-ups however many entries lie between. Weights are cut at 2^44, beyond which one
-- access alone is over every limit.

local TOTAL_END = 4503599627370496

local function weight_and_total(entry)
  local weight, total = string.match(entry, ':(%d+):(%d+)$')
  return tonumber(weight), tonumber(total)
end

-- The total before the first entry later than `floor`; nil when there is no such entry.
local function total_before(key, floor)
  local first = redis.call('ZRANGEBYSCORE', key, '(' .. text(floor), '+inf', 'LIMIT', 0, 1)
  if not first[1] then
    return nil
  end
  local weight, total = weight_and_total(first[1])
  return total - weight
end

-- The sum of the entries later than `floor`, when all entries add up to `newest`.
local function sum_since(key, floor, newest)
  local before = total_before(key, floor)
  return before and (newest - before) % TOTAL_END or 0
end

-- The newest entry's total, and its name; 0 and nothing when there is no entry.
local function newest_total(key)
  local newest = redis.call('ZREVRANGE', key, 0, 0)[1]
  if not newest then
    return 0, nil
  end
  local _, total = weight_and_total(newest)
  return total, newest
end

-- Writes the totals anew from an instant on, after an entry was put in or taken out there.
-- Cost: the entries since then; a release comes soon after its reservation.
local function add_up_from(key, at)
  local before = redis.call('ZREVRANGEBYSCORE', key, '(' .. text(at), '-inf', 'LIMIT', 0, 1)
  local sum = 0
  if before[1] then
    local _, total = weight_and_total(before[1])
    sum = total
  end
  local entries = redis.call('ZRANGEBYSCORE', key, text(at), '+inf', 'WITHSCORES')
  for place = 1, #entries, 2 do
    local entry = entries[place]
    local weight, total = weight_and_total(entry)
    sum = (sum + weight) % TOTAL_END
    if sum ~= total then
      redis.call('ZREM', key, entry)
      local name = string.match(entry, '^(.*:)%d+$')
      redis.call('ZADD', key, entries[place + 1], name .. text(sum))
    end
  end
end

-- The whole entry whose name begins so, at an instant; nil when it is not there.
local function entry_named(key, at, name)
  for _, entry in ipairs(redis.call('ZRANGEBYSCORE', key, text(at), text(at))) do
    if string.sub(entry, 1, #name + 1) == name .. ':' then
      return entry
    end
  end
  return nil
end

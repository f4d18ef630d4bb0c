-- Counts accesses that a ledger tells. What is counted already stays as it is, so that loading twice is
-- loading once: an item moves only forward, and an access is named by its gate and instant.
--
-- KEYS  the five of keys.lua, then the keys to load
-- ARGV  1 the server's run   2 an instant, in tests; else empty   3 the name of the gate in accesses
--       4 latest, an instant, and for each key: kind, longest, cap and its entries (MessagePack)
--       5 all items, as one string
--
-- Entries of persons and accounts: instant, first byte, last byte, …; of accesses: instant, ordinal, …;
-- of bytes: instant, ordinal, weight, …

local given = tonumber(ARGV[2])
local now_wall = wall(given)
local state = redis.call('HMGET', STATE, 'epoch', 'clock')
if state[1] ~= ARGV[1] then
  return 0
end
local loaded = cmsgpack.unpack(ARGV[4])
local now = math.max(now_wall, tonumber(state[2]) or 0, loaded.latest)
local anything_open = redis.call('EXISTS', CHAINS) == 1

local function name_of(at, ordinal)
  return string.format('%s:%.0f:%03d', ARGV[3], at, ordinal)
end

-- Older accesses are those to which a reservation's item may have to go back.
local function note_older(key, entries, items)
  local chains = chains_of(items)
  for place, item in ipairs(items) do
    local chain = chains[item] and chains[item][key]
    if chain then
      stays(chain, entries[3 * place - 2])
    end
  end
  write_chains(chains)
end

local function load_items(key, entries)
  local scored, items = {}, {}
  for place = 1, #entries, 3 do
    local item = string.sub(ARGV[5], entries[place + 1] + 1, entries[place + 2])
    scored[#scored + 1] = text(entries[place])
    scored[#scored + 1] = item
    items[#items + 1] = item
  end
  if anything_open then
    note_older(key, entries, items)
  end
  in_chunks('ZADD', key, scored, 'GT')
end

local function load_accesses(key, entries)
  local scored = {}
  for place = 1, #entries, 2 do
    scored[#scored + 1] = text(entries[place])
    scored[#scored + 1] = name_of(entries[place], entries[place + 1])
  end
  in_chunks('ZADD', key, scored, 'NX')
end

local function load_bytes(key, entries)
  local first
  for place = 1, #entries, 3 do
    local at, weight = entries[place], entries[place + 2]
    local name = name_of(at, entries[place + 1])
    if not entry_named(key, at, name) then
      redis.call('ZADD', key, text(at), string.format('%s:%.0f:0', name, weight))
      first = math.min(first or at, at)
    end
  end
  if first then
    add_up_from(key, first)
  end
end

for place, one in ipairs(loaded.keys) do
  local key, budget = KEYS[5 + place], { kind = one[1], longest = one[2], cap = one[3] }
  local draw = { key = key, budget = budget, stale = true }
  if budget.kind == BYTES then
    load_bytes(key, one[4])
    trim_bytes(draw, now)
  else
    if budget.kind == ACCESSES then
      load_accesses(key, one[4])
    else
      load_items(key, one[4])
    end
    trim_items(draw, now, 0)
  end
  keep_alive(key, budget.longest, now - now_wall)
end
redis.call('HSET', STATE, 'clock', text(now))
return 1

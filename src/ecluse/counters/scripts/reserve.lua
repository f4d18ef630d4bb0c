-- What is written down so that an access can be taken back, and so that later ones are not lost by it?

-- The items of all draws, each once; mostly every draw has the same list.
local function items_of_all(draws)
  local first, same = nil, true
  for _, draw in ipairs(draws) do
    first = first or draw.items
    same = same and (not draw.items or draw.items == first)
  end
  if same then
    return first or {}
  end
  local items, known = {}, {}
  for _, draw in ipairs(draws) do
    for _, item in ipairs(draw.items or {}) do
      if not known[item] then
        known[item] = true
        items[#items + 1] = item
      end
    end
  end
  return items
end

-- Notes an access that stays on the chains that it meets.
local function note(draws, now)
  local chains = chains_of(items_of_all(draws))
  if not next(chains) then
    return
  end
  for _, draw in ipairs(draws) do
    for _, item in ipairs(draw.items or {}) do
      local chain = chains[item] and chains[item][draw.key]
      if chain then
        stays(chain, now)
      end
    end
  end
  write_chains(chains)
end

-- Links a reservation into the chains of its items, before they are charged.
local function link(draws, number, now)
  local chains = chains_of(items_of_all(draws))
  for _, draw in ipairs(draws) do
    if draw.items then
      local lasts = draw.lasts or last_accesses(draw.key, draw.items)
      for place, item in ipairs(draw.items) do
        chains[item] = chains[item] or {}
        local chain = chains[item][draw.key] or { lasts[place] or 0 }
        chain[#chain + 1] = number
        chain[#chain + 1] = now
        chains[item][draw.key] = chain
      end
    end
  end
  write_chains(chains)
end

-- The bytes that a reservation would take back.
local function weight_of(draws)
  local weight = 0
  for _, draw in ipairs(draws) do
    weight = weight + (draw.budget.kind == BYTES and draw.amount or 0)
  end
  return weight
end

-- Writes down what a reservation charged, so that any gate can take it back.
local function write_reservation(draws, number, ends, weight)
  local record = { ends = ends, weight = weight, lists = {}, kinds = {}, draws = {} }
  local places = {}
  for _, draw in ipairs(draws) do
    local kind = draw.budget.kind
    local place = draw.items and places[draw.list] or 0
    if draw.items and place == 0 then
      place = #record.lists + 1
      places[draw.list] = place
      record.lists[place], record.kinds[place] = table.concat(draw.items), kind
    end
    record.draws[#record.draws + 1] = { draw.key, kind, draw.budget.longest, place, draw.name or '' }
  end
  redis.call('HSET', RESERVATIONS, text(number), cmsgpack.pack(record))
  redis.call('ZADD', EXPIRIES, text(ends), text(number))
  if weight > 0 then
    redis.call('HINCRBY', STATE, 'open_bytes', text(weight))
  end
end

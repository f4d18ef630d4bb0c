-- Which counts does a call draw on, and with what?
--
-- A call is { operation, account, session, budget, key, what, budget, key, what, … }: for account and
-- session the places of their names in ARGV (0 for none), then for each budget that the gate found to
-- match the places of the budget and its key, and what it brings: the place of a list, or bytes.
-- A budget whose hours or ages do not hold now, and may hold later, has its place negated: it is asked
-- only to tell when a refused request would pass.

local batch = cmsgpack.unpack(ARGV[4])
local lists = {}

local function list(place, kind)
  if not lists[place] then
    local piece = string.sub(ARGV[5], batch.lists[2 * place - 1] + 1, batch.lists[2 * place])
    lists[place] = items_of(kind, piece)
  end
  return lists[place]
end

local function draw_of(place, key, what)
  local budget = common.budgets[place]
  local draw = { budget = budget, place = place, key = key, list = what, amount = 1 }
  if budget.kind == BYTES then
    draw.amount = what
  elseif budget.kind ~= ACCESSES then
    draw.items = list(what, budget.kind)
    draw.amount = #draw.items
  end
  return draw
end

local function draws_of(call)
  local draws = {}
  for place = 4, #call, 3 do
    if call[place] > 0 and charged(common.budgets[call[place]]) then
      draws[#draws + 1] = draw_of(call[place], KEYS[call[place + 1]], call[place + 2])
    end
  end
  return draws
end

-- Puts those that may hold later after those that hold now.
local function with_later(draws, call)
  for place = 4, #call, 3 do
    if call[place] < 0 then
      draws[#draws + 1] = draw_of(-call[place], KEYS[call[place + 1]], call[place + 2])
    end
  end
  return draws
end

-- Is the counter whole, and which counts decide?
--
-- A counter that has forgotten something must not grant: it answers only when every gate has brought
-- what its ledger holds, on this run of this server. A restart, a failover, a FLUSHALL: all of them
-- change the run or take the epoch away.

local common = cmsgpack.unpack(ARGV[3])

local function read_state()
  local fields = { 'epoch', 'clock', 'number', 'open_bytes' }
  for _, gate in ipairs(common.gates) do
    fields[#fields + 1] = 'gate:' .. gate
  end
  for _, mark in ipairs(common.awaited) do
    fields[#fields + 1] = mark
  end
  for _, budget in ipairs(common.budgets) do
    fields[#fields + 1] = budget.keeps
  end
  return redis.call('HMGET', STATE, unpack(fields))
end

local state = read_state()

-- Other gates may need more of a count than this one.
for place, budget in ipairs(common.budgets) do
  local kept = state[4 + #common.gates + #common.awaited + place]
  if kept then
    local longest, cap = string.match(kept, '^(%d+):(%d+)$')
    budget.longest = math.max(budget.longest, tonumber(longest))
    budget.cap = math.max(budget.cap, tonumber(cap))
  end
end

-- The gates whose ledgers are still to be brought.
local function missing_gates()
  local missing = {}
  for place, gate in ipairs(common.gates) do
    if state[1] ~= ARGV[1] or not state[4 + place] then
      missing[#missing + 1] = gate
    end
  end
  return missing
end

-- While policies change, a changed budget has two counts: the former (phase 1) decides until every gate
-- has brought its ledger to the new one (phase 2), which is charged from the beginning.
local function all_changed()
  for place = 1, #common.awaited do
    if not state[4 + #common.gates + place] then
      return false
    end
  end
  return true
end

local changed = all_changed()

local function judged(budget)
  return budget.phase == 0 or (budget.phase == 2) == changed
end

local function charged(budget)
  return budget.phase ~= 1 or not changed
end

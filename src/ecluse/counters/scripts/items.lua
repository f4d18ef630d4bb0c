-- What does a request bring to a count?
--
-- The items of a batch come as one string. A list of persons is a piece of it, 8 bytes a person; an
-- account is a piece of it as a whole. Sorted sets hold these pieces as their members.

local PERSONS, ACCOUNTS, ACCESSES, BYTES = 1, 2, 3, 4

-- Lua hands at most some thousand arguments to a command.
local CHUNK = 1000

local function persons_of(piece)
  local items = {}
  for first = 1, #piece, 8 do
    items[#items + 1] = string.sub(piece, first, first + 7)
  end
  return items
end

local function items_of(kind, piece)
  return kind == PERSONS and persons_of(piece) or { piece }
end

-- Calls a command on a key with all values, some at a time, and gives all answers in one table.
local function in_chunks(command, key, values, option)
  if option then
    for first = 1, #values, CHUNK do
      redis.call(command, key, option, unpack(values, first, math.min(first + CHUNK - 1, #values)))
    end
    return {}
  end
  if #values <= CHUNK then
    return redis.call(command, key, unpack(values))
  end
  local answers = {}
  for first = 1, #values, CHUNK do
    local last = math.min(first + CHUNK - 1, #values)
    local some = redis.call(command, key, unpack(values, first, last))
    if type(some) == 'table' then
      for place = 1, last - first + 1 do
        answers[first + place - 1] = some[place]
      end
    end
  end
  return answers
end

-- The last access of each item, false where there is none.
local function last_accesses(key, items)
  if #items == 1 then
    return { tonumber(redis.call('ZSCORE', key, items[1])) or false }
  end
  local found = in_chunks('ZMSCORE', key, items)
  for place = 1, #items do
    found[place] = tonumber(found[place]) or false
  end
  return found
end

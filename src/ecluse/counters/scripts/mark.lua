-- A gate has brought all that its ledger holds. Gives the epoch, or nothing when it is another.
--
-- KEYS  the five of keys.lua
-- ARGV  1 the server's run   2 empty   3 gate
--       4.. marks of the counts that it brought it to, each followed by how far back and how many

if redis.call('HGET', STATE, 'epoch') ~= ARGV[1] then
  return ''
end
redis.call('HSET', STATE, 'gate:' .. ARGV[3], '1')
redis.call('HDEL', STATE, 'since:' .. ARGV[3])
for place = 4, #ARGV, 2 do
  redis.call('HSET', STATE, ARGV[place], ARGV[place + 1])
end
return ARGV[1]

-- What is known of the counter as a whole?
--
-- KEYS  the five of keys.lua
-- ARGV  1 the server's run
-- Gives whether the epoch is that of this run, then all fields of the state with their values.

local told = redis.call('HGETALL', STATE)
table.insert(told, 1, redis.call('HGET', STATE, 'epoch') == ARGV[1] and 1 or 0)
return told

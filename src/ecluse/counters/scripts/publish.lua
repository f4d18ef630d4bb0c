-- Tells all gates something, under a version that only grows, also over a loss of the counter.
--
-- KEYS  1 topics
-- ARGV  1 the server's run   2 an instant, in tests; else empty   3 topic   4 value

local version = tonumber(redis.call('HGET', KEYS[1], 'version:' .. ARGV[3])) or 0
version = math.max(version + 1, wall(tonumber(ARGV[2])))
redis.call('HSET', KEYS[1], 'version:' .. ARGV[3], text(version), 'value:' .. ARGV[3], ARGV[4])
return text(version)

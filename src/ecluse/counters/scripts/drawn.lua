-- Which keys did a reservation charge? Asked before it is taken back, to name them to `settle`.
--
-- KEYS  the five of keys.lua
-- ARGV  1 the server's run   2 empty   3.. numbers of reservations

local drawn, known = {}, {}
for place = 3, #ARGV do
  local packed = redis.call('HGET', RESERVATIONS, ARGV[place])
  for _, draw in ipairs(packed and cmsgpack.unpack(packed).draws or {}) do
    if not known[draw[1]] then
      known[draw[1]] = true
      drawn[#drawn + 1] = draw[1]
    end
  end
end
return drawn

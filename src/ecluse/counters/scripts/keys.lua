-- Which keys hold what? The first five of every script that counts.
--
-- state         epoch (the server's run since which the counter is known to be whole), clock, number
--               (the last reservation), open_bytes, and what each gate has brought
-- holds         closed accounts and sessions
-- chains        items that open reservations touch
-- reservations  what each open reservation charged
-- expiries      when each of them ends by itself

local STATE, HOLDS, CHAINS, RESERVATIONS, EXPIRIES = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]

-- Effects, as model/policy.py numbers them: what is heavier than SLOW keeps the data in.
local SLOW, HOLD = 2, 6

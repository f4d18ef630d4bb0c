-- How does every window of every budget stand for a request? Nothing is charged.
--
-- KEYS and ARGV as `decide`, with one call.
-- Gives for each budget: its place, then for each window what it holds, and what it would hold.

local missing = missing_gates()
if #missing > 0 then
  return cmsgpack.pack({ 0, missing })
end
local now = math.max(wall(tonumber(ARGV[2])), tonumber(state[2]) or 0)

local answers = {}
for _, draw in ipairs(draws_of(batch.calls[1])) do
  if judged(draw.budget) then
    held(draw)
    local answer = { draw.place - 1 }
    for _, length in ipairs(draw.budget.lengths) do
      local before = inside(draw, now - length)
      answer[#answer + 1] = before
      answer[#answer + 1] = before + added(draw, now - length)
    end
    answers[#answers + 1] = answer
  end
end
return cmsgpack.pack({ 1, answers })

--- What turns used, added up. Pure.

local M = {}

--- Of another currency than before only the newer sum is known to mean anything.
local function cost(so_far, turn)
  if not so_far or not turn or so_far.currency ~= turn.currency then
    return turn or so_far
  end
  return { amount = so_far.amount + turn.amount, currency = turn.currency }
end

--- Both together. The context is as the later left it, and so is the model.
---@param so_far? peon.Usage
---@param turn peon.Usage
---@return peon.Usage
function M.plus(so_far, turn)
  so_far = so_far or {}
  local sum = {
    model = turn.model or so_far.model,
    contextUsed = turn.contextUsed or so_far.contextUsed,
    contextSize = turn.contextSize or so_far.contextSize,
    cost = cost(so_far.cost, turn.cost),
  }
  for _, kind in ipairs({ "inputTokens", "outputTokens", "cacheReadTokens" }) do
    sum[kind] = (so_far[kind] or 0) + (turn[kind] or 0)
  end
  return sum
end

return M

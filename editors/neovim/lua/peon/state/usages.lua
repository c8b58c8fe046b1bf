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

--- Whether what was used comes up to a bound of the budget.
---@param budget? peon.Budget
---@param used? peon.Usage
---@return boolean
function M.is_spent(budget, used)
  if not budget or not used then
    return false
  end
  local tokens = (used.inputTokens or 0) + (used.outputTokens or 0)
  if budget.maxTokens and tokens >= budget.maxTokens then
    return true
  elseif not budget.maxCost or not used.cost then
    return false
  end
  local counts = budget.currency == nil or budget.currency == used.cost.currency
  return counts and used.cost.amount >= budget.maxCost
end

return M

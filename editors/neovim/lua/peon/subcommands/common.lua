--- What the subcommands have in common.

local M = {}

--- A module that is read when something of it is first used.
---@param module string
---@return table
function M.lazy(module)
  return setmetatable({}, {
    __index = function(_, name)
      return require(module)[name]
    end,
  })
end

--- A command that is about the thread at hand.
---@param run fun(thread: peon.ThreadState, argument: string, call: table)
function M.with_thread(run)
  return function(argument, call)
    local thread = require("peon.actions").thread_here()
    if not thread then
      return require("peon.tell")("peon: there is no thread here yet. :Peon new opens one.")
    end
    run(thread, argument, call)
  end
end

--- As `with_thread`, of a thread that has all of its turns and checkpoints.
---@param run fun(thread: peon.ThreadState, argument: string, call: table)
function M.with_whole_thread(run)
  return M.with_thread(function(thread, argument, call)
    require("peon.session").with_whole(thread, function(whole)
      run(whole, argument, call)
    end)
  end)
end

--- The lines that a command was given, if it was.
function M.range_of(call)
  return call and call.range > 0 and { first = call.line1, last = call.line2 } or nil
end

--- The turn of a thread with a number.
---@param thread peon.ThreadState
---@param argument string
---@return peon.TurnState?
function M.turn_of(thread, argument)
  local number = tonumber(argument)
  for _, turn in ipairs(thread.turns) do
    if turn.number == number then
      return turn
    end
  end
end

return M

--- What is shown of a state: derived, never kept. Pure.

local M = {}

---@alias peon.Phase "needs you"|"running"|"failed"|"stopped"|"done"|"new"

local PHASES = { failed = "failed", interrupted = "stopped", completed = "done" }

--- What a thread is doing, in the words that are shown.
---@param thread peon.ThreadState
---@return peon.Phase
function M.phase_of(thread)
  if thread.status == "awaitingApproval" then
    return "needs you"
  elseif thread.status == "running" then
    return "running"
  end
  local last = thread.turns[#thread.turns]
  return last and (PHASES[last.status] or "done") or "new"
end

---@class peon.Waiting
---@field thread peon.ThreadState
---@field action peon.PendingActionView

--- Every action that waits for an answer, the oldest first.
---@param state peon.State
---@return peon.Waiting[]
function M.waiting(state)
  local found = {}
  for _, thread in pairs(state.threads) do
    for _, action in ipairs(thread.pendingActions) do
      table.insert(found, { thread = thread, action = action })
    end
  end
  table.sort(found, function(one, other)
    if one.action.requestedAt ~= other.action.requestedAt then
      return one.action.requestedAt < other.action.requestedAt
    end
    return one.action.actionId < other.action.actionId
  end)
  return found
end

--- How many threads are at work.
---@param state peon.State
---@return integer
function M.running_count(state)
  local count = 0
  for _, thread in pairs(state.threads) do
    count = count + (thread.status == "running" and 1 or 0)
  end
  return count
end

--- Threads of a project, the newest first.
---@param state peon.State
---@param project_id string
---@param archived boolean Whether those in the archive are among them.
---@return peon.ThreadState[]
function M.threads_of(state, project_id, archived)
  local found = {}
  for _, id in ipairs(state.threadOrder) do
    local thread = state.threads[id]
    if thread.projectId == project_id and (archived or not thread.archived) then
      table.insert(found, 1, thread)
    end
  end
  return found
end

--- Whether each word of a filter stands in what is shown of a thread.
---@param thread peon.ThreadState
---@param filter string
---@return boolean
function M.matches(thread, filter)
  local shown = ("%s %s %s"):format(thread.title, M.phase_of(thread), thread.provider):lower()
  for word in filter:lower():gmatch("%S+") do
    if not shown:find(word, 1, true) then
      return false
    end
  end
  return true
end

--- The other threads that may be at work in the same folder.
---@param state peon.State
---@param thread peon.ThreadState
---@return string[] thread_ids
function M.shared_with(state, thread)
  local found = {}
  for _, id in ipairs(state.threadOrder) do
    local other = state.threads[id]
    if other ~= thread and not other.archived and other.folder == thread.folder then
      table.insert(found, id)
    end
  end
  return found
end

---@param thread peon.ThreadState
---@param turn peon.TurnState
---@return peon.CheckpointView[]
function M.checkpoints_of(thread, turn)
  local found = {}
  for _, checkpoint in ipairs(thread.checkpoints) do
    table.insert(found, checkpoint.turnId == turn.turnId and checkpoint or nil)
  end
  return found
end

--- The checkpoint from before a turn: going back to it undoes the turn.
---@param thread peon.ThreadState
---@param turn peon.TurnState
---@return peon.CheckpointView?
function M.before(thread, turn)
  for _, checkpoint in ipairs(M.checkpoints_of(thread, turn)) do
    if checkpoint.kind == "turnStart" then
      return checkpoint
    end
  end
end

return M

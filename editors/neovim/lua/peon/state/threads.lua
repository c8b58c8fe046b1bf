--- The fold of one thread: what an event says of it. Pure.

local items = require("peon.state.items")
local queue = require("peon.state.queue")
local titles = require("peon.state.titles")
local usages = require("peon.state.usages")

local M = {}

--- A thread as the server's view has it, with what is needed to go on folding.
---@class peon.ThreadState: peon.ThreadView
---@field loaded boolean Whether the items of its turns are known; of a listed thread they are not.
---@field turnById table<string, peon.TurnState>
---@field held boolean Whether its queue is held by how a turn ended, whatever its budget says.
---@field checkpointById table<string, peon.CheckpointView>
---@field decisions table<string, peon.ActionResolved> How the actions of an item were answered.

---@class peon.TurnState: peon.TurnView
---@field itemById table<string, peon.ItemState>
---@field recorded integer How many items are in the log; those behind are known by deltas only.

---@param view peon.ThreadView
---@param loaded boolean
---@return peon.ThreadState
function M.from_view(view, loaded)
  local thread = view --[[@as peon.ThreadState]]
  thread.loaded = loaded
  thread.turnById = {}
  thread.checkpointById = {}
  thread.queue = view.queue or {}
  thread.held = view.queueHeld or false
  thread.chosenOptions = view.chosenOptions or {}
  thread.decisions = {}
  -- An older server leaves nothing out, and does not count.
  thread.turnCount = view.turnCount or #view.turns
  thread.checkpointCount = view.checkpointCount or #view.checkpoints
  for _, turn in ipairs(thread.turns) do
    turn.itemById = {}
    turn.recorded = #(turn.items or {})
    for _, item in ipairs(turn.items or {}) do
      turn.itemById[item.itemId] = items.from_view(item)
    end
    thread.turnById[turn.turnId] = turn
  end
  for _, checkpoint in ipairs(thread.checkpoints) do
    thread.checkpointById[checkpoint.checkpointId] = checkpoint
  end
  return thread
end

--- Whether it has turns or checkpoints that a list left out.
---@param thread peon.ThreadState
---@return boolean
function M.is_short(thread)
  return thread.turnCount > #thread.turns or thread.checkpointCount > #thread.checkpoints
end

---@param event peon.StoredThreadCreated
---@param root? string The folder of its project.
---@return peon.ThreadState
function M.created_thread(event, root)
  local payload = event.payload
  return M.from_view({
    threadId = payload.threadId,
    projectId = payload.projectId,
    title = payload.title,
    titleSource = payload.titleSource,
    status = "idle",
    provider = payload.provider,
    model = payload.model,
    mode = payload.mode,
    archived = false,
    turns = {},
    pendingActions = {},
    checkpoints = {},
    queue = {},
    queueHeld = false,
    options = {},
    commands = {},
    chosenOptions = payload.options or {},
    mcpServers = payload.mcpServers,
    usage = usages.plus(nil, {}),
    budget = payload.budget,
    folder = root,
    createdAt = event.occurredAt,
    updatedAt = event.occurredAt,
    version = event.version,
  }, true)
end

--- What follows from the rest of a thread.
local function refresh(thread)
  local turn = thread.turns[#thread.turns]
  local running = turn ~= nil and turn.status == "running"
  local waiting = #thread.pendingActions > 0
  thread.status = waiting and "awaitingApproval" or running and "running" or "idle"
  local spent = usages.is_spent(thread.budget, thread.usage)
  thread.queueHeld = thread.held or (spent and #thread.queue > 0)
end

local function remove_where(list, member, value)
  for index, each in ipairs(list) do
    if each[member] == value then
      return table.remove(list, index)
    end
  end
end

local fold = {}

fold["thread.configured"] = function(thread, event)
  local payload = event.payload
  for _, member in ipairs({ "title", "titleSource", "model", "mode", "mcpServers", "archived" }) do
    if payload[member] ~= nil then
      thread[member] = payload[member]
    end
  end
  if payload.budget then
    -- One without any bound takes the budget away.
    thread.budget = next(payload.budget) and payload.budget or nil
  end
  for option_id, value in pairs(payload.options or {}) do
    thread.chosenOptions[option_id] = value
  end
  -- Those that are left to the agent again are null in `options`, which the transport leaves out.
  for _, option_id in ipairs(payload.resetOptions or {}) do
    thread.chosenOptions[option_id] = nil
  end
end

fold["turn.started"] = function(thread, event)
  local payload = event.payload
  local turn = {
    turnId = payload.turnId,
    number = payload.number,
    status = "running",
    prompt = payload.prompt,
    mode = payload.mode,
    model = payload.model,
    options = payload.options or {},
    items = {},
    startedAt = event.occurredAt,
    interruptRequested = false,
    undone = false,
    itemById = {},
    recorded = 0,
  }
  table.insert(thread.turns, turn)
  thread.turnById[turn.turnId] = turn
  thread.turnCount = thread.turnCount + 1
  thread.held = false
  queue.gone(thread, payload.messageId)
  if thread.titleSource == "server" and payload.number == 1 then
    thread.title = titles.title_of(payload.prompt)
  end
end

fold["turn.interruptRequested"] = function(thread, event)
  local turn = thread.turnById[event.payload.turnId]
  if turn then
    turn.interruptRequested = true
  end
end

local function turn_ended(thread, event, status)
  local payload = event.payload
  local turn = thread.turnById[payload.turnId]
  if not turn then
    return
  end
  turn.status = status
  turn.endedAt = event.occurredAt
  turn.usage = payload.usage
  turn.stopReason = payload.stopReason
  turn.error = payload.error
  thread.held = payload.queueHeld or false
  if payload.usage then
    thread.usage = usages.plus(thread.usage, payload.usage)
  end
end

fold["turn.completed"] = function(thread, event)
  local reason = event.payload.stopReason
  local interrupted = reason == "cancelled" or reason == "interrupted"
  turn_ended(thread, event, interrupted and "interrupted" or "completed")
end

fold["turn.failed"] = function(thread, event)
  turn_ended(thread, event, "failed")
end

fold["item.recorded"] = function(thread, event)
  local turn = thread.turnById[event.payload.turnId]
  -- Of a turn that is only listed the items are read when somebody looks at it.
  if turn and turn.items then
    items.with_item_event(turn, event.payload)
  end
end

fold["action.requested"] = function(thread, event)
  local payload = event.payload
  local action = { requestedAt = event.occurredAt }
  for name, value in pairs(payload) do
    action[name] = name ~= "threadId" and value or nil
  end
  table.insert(thread.pendingActions, action)
end

fold["action.resolved"] = function(thread, event)
  local payload = event.payload
  local action = remove_where(thread.pendingActions, "actionId", payload.actionId)
  if action then
    thread.decisions[action.itemId] = payload
  end
end

fold["checkpoint.created"] = function(thread, event)
  local payload = event.payload
  local checkpoint = {
    checkpointId = payload.checkpointId,
    threadId = payload.threadId,
    turnId = payload.turnId,
    description = payload.description,
    kind = payload.kind,
    createdAt = event.occurredAt,
    missing = payload.missing,
    expired = false,
  }
  table.insert(thread.checkpoints, checkpoint)
  thread.checkpointById[checkpoint.checkpointId] = checkpoint
  thread.checkpointCount = thread.checkpointCount + 1
  if payload.operationId then
    thread.operation = nil
  end
end

local function mark_undone(thread, turn_ids, undone)
  for _, turn_id in ipairs(turn_ids) do
    local turn = thread.turnById[turn_id]
    if turn then
      turn.undone = undone
    end
  end
end

--- A conversation that went back goes on in another session: no agent can forget a turn.
fold["checkpoint.restored"] = function(thread, event)
  local undone, redone = event.payload.undone or {}, event.payload.redone or {}
  thread.operation = nil
  mark_undone(thread, undone, true)
  mark_undone(thread, redone, false)
  if #undone + #redone > 0 then
    thread.session = nil
  end
end

fold["checkpoint.expired"] = function(thread, event)
  for _, checkpoint_id in ipairs(event.payload.checkpointIds) do
    local checkpoint = thread.checkpointById[checkpoint_id]
    if checkpoint then
      checkpoint.expired = true
    end
  end
end

fold["changes.committed"] = function(thread)
  thread.operation = nil
end

fold["changes.pushed"] = fold["changes.committed"]
fold["branch.created"] = fold["changes.committed"]
fold["pullRequest.opened"] = fold["changes.committed"]
fold["review.recorded"] = fold["changes.committed"]

fold["worktree.created"] = function(thread, event)
  local payload = event.payload
  thread.operation = nil
  thread.folder = payload.folder
  thread.worktree = {
    path = payload.path,
    branch = payload.branch,
    base = payload.base,
    made = payload.made,
    removed = false,
  }
end

local function worktree_removed(removed)
  return function(thread)
    thread.operation = nil
    if thread.worktree then
      thread.worktree.removed = removed
    end
  end
end

fold["worktree.removed"] = worktree_removed(true)
fold["worktree.restored"] = worktree_removed(false)

fold["operation.requested"] = function(thread, event)
  thread.operation = {
    operationId = event.payload.operationId,
    kind = event.payload.operation.type,
    requestedAt = event.occurredAt,
  }
end

fold["operation.failed"] = function(thread, event)
  if thread.operation and thread.operation.operationId == event.payload.operationId then
    thread.operation = nil
  end
end

fold["message.queued"] = function(thread, event)
  queue.queued(thread, event.payload, event.occurredAt)
end

fold["message.edited"] = function(thread, event)
  queue.changed(thread, event.payload.messageId, { prompt = event.payload.prompt })
end

fold["message.removed"] = function(thread, event)
  queue.gone(thread, event.payload.messageId)
end

fold["message.steered"] = fold["message.removed"]

fold["message.reordered"] = function(thread, event)
  queue.reordered(thread, event.payload.order)
end

fold["session.configured"] = function(thread, event)
  thread.options = event.payload.options
  thread.commands = event.payload.commands
end

fold["session.opened"] = function(thread, event)
  local payload = event.payload
  thread.session = {
    sessionId = payload.sessionId,
    provider = payload.provider,
    agentName = payload.agentName,
    agentVersion = payload.agentVersion,
    origin = payload.origin,
    mcpServers = payload.mcpServers or {},
  }
end

fold["session.closed"] = function(thread)
  thread.session = nil
end

--- Fold one event of the thread into it. One of an unknown type only counts.
---@param thread peon.ThreadState
---@param event peon.StoredEvent
function M.with_thread_event(thread, event)
  local one = fold[event.type]
  if one then
    one(thread, event)
  end
  thread.updatedAt = event.occurredAt
  refresh(thread)
end

--- Take in a live fragment of text; false where it tells nothing new.
---@param thread peon.ThreadState
---@param delta peon.TurnDelta
---@return boolean
function M.with_thread_delta(thread, delta)
  local turn = thread.turnById[delta.turnId]
  return turn ~= nil and turn.items ~= nil and items.with_item_delta(turn, delta)
end

return M

--- The fold of one thread: what an event says of it. Pure.

local items = require("peon.state.items")
local usages = require("peon.state.usages")

local M = {}

--- How many characters of its first prompt an untitled thread is called by.
local TITLE_LENGTH = 60

--- A thread as the server's view has it, with what is needed to go on folding.
---@class peon.ThreadState: peon.ThreadView
---@field loaded boolean Whether the items of its turns are known; of a listed thread they are not.
---@field turnById table<string, peon.TurnState>
---@field createdTitle string The title without what is made of the first prompt.
---@field checkpointById table<string, peon.CheckpointView>
---@field queue peon.QueuedMessage[] Prompts that wait for the turn before them.
---@field decisions table<string, peon.ActionResolved> How the actions of an item were answered.

---@class peon.TurnState: peon.TurnView
---@field itemById table<string, peon.ItemState>
---@field recorded integer How many items are in the log; those behind are known by deltas only.

---@class peon.QueuedMessage
---@field messageId string
---@field prompt peon.Prompt
---@field queuedAt string

---@param view peon.ThreadView
---@param loaded boolean
---@return peon.ThreadState
function M.from_view(view, loaded)
  local thread = view --[[@as peon.ThreadState]]
  thread.loaded = loaded
  thread.createdTitle = view.title
  thread.turnById = {}
  thread.checkpointById = {}
  thread.queue = view.queue or {}
  thread.decisions = {}
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

---@param event peon.StoredThreadCreated
---@return peon.ThreadState
function M.created(event)
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
    chosenOptions = payload.options or {},
    mcpServers = payload.mcpServers,
    usage = usages.plus(nil, {}),
    budget = payload.budget,
    createdAt = event.occurredAt,
    updatedAt = event.occurredAt,
    version = event.version,
  }, true)
end

--- The first line of a prompt that has something to read.
---@param prompt peon.Prompt
---@return string?
local function first_line(prompt)
  local texts = {}
  if type(prompt) == "string" then
    texts = { prompt }
  else
    for _, block in ipairs(prompt) do
      table.insert(texts, block.type == "text" and block.text or nil)
    end
  end
  for _, text in ipairs(texts) do
    for line in text:gmatch("[^\r\n]+") do
      local found = line:match("^%s*(.-)%s*$")
      if found ~= "" then
        return found
      end
    end
  end
end

--- The first characters of a text, whole ones.
---@param text string
---@param count integer
---@return string
local function shortened(text, count)
  local length, ends = 0, {}
  for place in text:gmatch("()[^\128-\191][\128-\191]*") do
    length = length + 1
    ends[length] = place
  end
  if length <= count then
    return text
  end
  return (text:sub(1, ends[count] - 1):gsub("%s+$", "")) .. "…"
end

local function name_by_prompt(thread, prompt)
  if thread.titleSource == "server" and #thread.turns == 1 then
    local line = first_line(prompt)
    thread.title = line and shortened(line, TITLE_LENGTH) or thread.title
  end
end

local function refresh_status(thread)
  local turn = thread.turns[#thread.turns]
  local running = turn ~= nil and turn.status == "running"
  local waiting = running and #thread.pendingActions > 0
  thread.status = waiting and "awaitingApproval" or running and "running" or "idle"
end

local function remove_where(list, member, value)
  for index, each in ipairs(list) do
    if each[member] == value then
      return table.remove(list, index)
    end
  end
end

local function joined(one, other)
  for _, each in ipairs(other) do
    table.insert(one, each)
  end
  return one
end

local fold = {}

fold["thread.configured"] = function(thread, event)
  local payload = event.payload
  for _, member in ipairs({ "title", "titleSource", "model", "mode", "mcpServers", "budget" }) do
    if payload[member] ~= nil then
      thread[member] = payload[member]
    end
  end
  if payload.archived ~= nil then
    thread.archived = payload.archived
  end
  for option_id, value in pairs(payload.options or {}) do
    -- One that is null is left to the agent again.
    thread.chosenOptions = thread.chosenOptions or {}
    thread.chosenOptions[option_id] = value ~= vim.NIL and value or nil
    if value == false then
      thread.chosenOptions[option_id] = false
    end
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
    items = {},
    startedAt = event.occurredAt,
    interruptRequested = false,
    undone = false,
    itemById = {},
    recorded = 0,
  }
  table.insert(thread.turns, turn)
  thread.turnById[turn.turnId] = turn
  thread.queueHeld = false
  if payload.messageId then
    remove_where(thread.queue, "messageId", payload.messageId)
  end
  name_by_prompt(thread, payload.prompt)
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
  thread.queueHeld = payload.queueHeld or false
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
    items.record(turn, event.payload)
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
  if payload.operationId then
    thread.operation = nil
  end
end

local function mark_undone(thread, turn_ids, undone)
  for _, turn_id in ipairs(turn_ids or {}) do
    local turn = thread.turnById[turn_id]
    if turn then
      turn.undone = undone
    end
  end
end

fold["checkpoint.restored"] = function(thread, event)
  thread.operation = nil
  mark_undone(thread, event.payload.undone, true)
  mark_undone(thread, event.payload.redone, false)
end

fold["changes.committed"] = function(thread)
  thread.operation = nil
end

fold["changes.pushed"] = fold["changes.committed"]
fold["review.recorded"] = fold["changes.committed"]

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
  local payload = event.payload
  for _, message in ipairs(thread.queue) do
    if message.messageId == payload.messageId then
      message.steer = payload.steer or false
      return
    end
  end
  table.insert(thread.queue, {
    messageId = payload.messageId,
    prompt = payload.prompt,
    model = payload.model,
    mode = payload.mode,
    options = payload.options,
    steer = payload.steer or false,
    queuedAt = event.occurredAt,
  })
end

fold["message.edited"] = function(thread, event)
  for _, message in ipairs(thread.queue) do
    if message.messageId == event.payload.messageId then
      message.prompt = event.payload.prompt
    end
  end
end

fold["message.removed"] = function(thread, event)
  remove_where(thread.queue, "messageId", event.payload.messageId)
  thread.queueHeld = thread.queueHeld and #thread.queue > 0
end

fold["message.steered"] = fold["message.removed"]

fold["message.reordered"] = function(thread, event)
  local ordered = {}
  for _, message_id in ipairs(event.payload.order) do
    table.insert(ordered, remove_where(thread.queue, "messageId", message_id))
  end
  thread.queue = joined(ordered, thread.queue)
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
function M.fold(thread, event)
  local one = fold[event.type]
  if one then
    one(thread, event)
  end
  thread.updatedAt = event.occurredAt
  refresh_status(thread)
end

--- Take in a live fragment of text; false where it tells nothing new.
---@param thread peon.ThreadState
---@param delta peon.TurnDelta
---@return boolean
function M.take_delta(thread, delta)
  local turn = thread.turnById[delta.turnId]
  return turn ~= nil and turn.items ~= nil and items.take_delta(turn, delta)
end

return M

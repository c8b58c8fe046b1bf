--- What the server has told, folded. Pure: nothing of Neovim is known here, so the recordings of a
--- real server are replayed in plain Lua.
---
--- A snapshot (`project/list`, `thread/list`, `thread/read`) is taken in first, then every
--- notification, in order. Each call returns what changed, for those who draw.

local threads = require("peon.state.threads")
local usages = require("peon.state.usages")

local M = {}

--- What changed: a thread without a turn means that its head did, a turn without an item likewise.
---@class peon.Change
---@field projectId? string
---@field threadId? string
---@field turnId? string
---@field itemId? string
---@field event? peon.StoredEvent

---@class peon.State
---@field projects table<string, peon.ProjectView>
---@field projectOrder string[]
---@field threads table<string, peon.ThreadState>
---@field threadOrder string[]
---@field sequence integer The place in the log up to which events are taken in.
---@field listed integer The place in the log that the projects were listed at.

---@return peon.State
function M.empty()
  local state = { projects = {}, projectOrder = {}, threads = {}, threadOrder = {} }
  state.sequence, state.listed = 0, 0
  return state
end

--- Take in the answers to `project/list` and `thread/list`. Threads that were read before keep
--- their items where their version says that they have everything.
---@param state peon.State
---@param projects peon.ProjectList
---@param list peon.ThreadList
function M.with_lists(state, projects, list)
  local known = state.threads
  state.projects, state.projectOrder = {}, {}
  state.threads, state.threadOrder = {}, {}
  for _, project in ipairs(projects.projects) do
    state.projects[project.projectId] = project
    table.insert(state.projectOrder, project.projectId)
  end
  for _, view in ipairs(list.threads) do
    local before = known[view.threadId]
    local keep = before and before.loaded and before.version >= view.version
    -- Of two pages that have it, the one that was read last comes first.
    if not state.threads[view.threadId] then
      state.threads[view.threadId] = keep and before or threads.from_view(view, false)
      table.insert(state.threadOrder, view.threadId)
    end
  end
  -- The lists were read one after the other: what happened in between is sent again and told
  -- apart by the version of its stream.
  state.sequence = math.min(projects.sequence, list.sequence)
  state.listed = projects.sequence
end

--- Take in the answer to `thread/read`. It may be older than what came since it was asked for:
--- then nothing changes, and of a thread whose items are not known it must be asked for again.
---@param state peon.State
---@param reading peon.ThreadReading
---@return peon.Change[]? changes nil where it must be asked for again
function M.with_thread(state, reading)
  local view = reading.thread
  local before = state.threads[view.threadId]
  if before and before.version > view.version then
    return before.loaded and {} or nil
  end
  if not before then
    table.insert(state.threadOrder, view.threadId)
  end
  local thread = threads.from_view(view, true)
  -- How actions were answered is told by events only.
  thread.decisions = before and before.decisions or thread.decisions
  state.threads[view.threadId] = thread
  return { { threadId = view.threadId } }
end

local function remove(order, id)
  for index, each in ipairs(order) do
    if each == id then
      table.remove(order, index)
      return
    end
  end
end

local function forget_thread(state, thread_id)
  state.threads[thread_id] = nil
  remove(state.threadOrder, thread_id)
end

local fold = {}

fold["project.created"] = function(state, event)
  local payload = event.payload
  if state.projects[payload.projectId] then
    return
  end
  state.projects[payload.projectId] = {
    projectId = payload.projectId,
    root = payload.root,
    title = payload.title,
    defaults = payload.defaults,
    usage = usages.plus(nil, {}),
    createdAt = event.occurredAt,
    version = event.version,
  }
  table.insert(state.projectOrder, payload.projectId)
end

fold["project.configured"] = function(state, event)
  local payload = event.payload
  local project = state.projects[payload.projectId]
  if project then
    project.title = payload.title or project.title
    project.defaults = payload.defaults or project.defaults
  end
end

fold["project.deleted"] = function(state, event)
  local project_id = event.payload.projectId
  state.projects[project_id] = nil
  remove(state.projectOrder, project_id)
  for thread_id, thread in pairs(state.threads) do
    if thread.projectId == project_id then
      forget_thread(state, thread_id)
    end
  end
end

fold["thread.created"] = function(state, event)
  local project = state.projects[event.payload.projectId]
  local thread = threads.created_thread(event, project and project.root)
  state.threads[thread.threadId] = thread
  table.insert(state.threadOrder, thread.threadId)
end

fold["thread.deleted"] = function(state, event)
  forget_thread(state, event.payload.threadId)
end

--- Whether the snapshot has the event already: versions count the events of one stream.
local function is_known(state, event)
  local holder = state.threads[event.streamId] or state.projects[event.streamId]
  return holder ~= nil and event.version <= holder.version
end

local function fold_event(state, event)
  local whole = fold[event.type]
  local thread = state.threads[event.streamId]
  if whole then
    whole(state, event)
  elseif thread then
    threads.with_thread_event(thread, event)
  end
  local holder = state.threads[event.streamId] or state.projects[event.streamId]
  if holder then
    holder.version = event.version
  end
end

--- What a turn used counts for its project too. Sums have no version of their own: what was heard
--- before, or was there when the projects were listed, is not added again.
local function add_usage(state, event)
  local thread = state.threads[event.streamId]
  local project = thread and state.projects[thread.projectId]
  local is_new = event.sequence > state.sequence and event.sequence > state.listed
  local ended = event.type == "turn.completed" or event.type == "turn.failed"
  if project and ended and is_new and event.payload.usage then
    project.usage = usages.plus(project.usage, event.payload.usage)
  end
end

---@param state peon.State
---@param event peon.StoredEvent
---@return peon.Change
local function apply_event(state, event)
  add_usage(state, event)
  if event.sequence > state.sequence then
    state.sequence = event.sequence
  end
  if not is_known(state, event) then
    fold_event(state, event)
  end
  local payload = event.payload
  return {
    projectId = payload.projectId,
    threadId = payload.threadId,
    turnId = payload.turnId,
    itemId = payload.itemId,
    event = event,
  }
end

---@param state peon.State
---@param params peon.EventsAppended
---@return peon.Change[]
function M.apply_events(state, params)
  local changes = {}
  for _, event in ipairs(params.events) do
    table.insert(changes, apply_event(state, event))
  end
  if params.through and params.through > state.sequence then
    state.sequence = params.through
  end
  return changes
end

---@param state peon.State
---@param delta peon.TurnDelta
---@return peon.Change[]
function M.apply_delta(state, delta)
  local thread = state.threads[delta.threadId]
  if not thread or not threads.with_thread_delta(thread, delta) then
    return {}
  end
  return { { threadId = delta.threadId, turnId = delta.turnId, itemId = delta.itemId } }
end

--- Take in any notification; those that tell nothing of projects and threads change nothing.
---@param state peon.State
---@param method string
---@param params table
---@return peon.Change[]
function M.reduce(state, method, params)
  if method == "events/appended" then
    return M.apply_events(state, params)
  elseif method == "turn/delta" then
    return M.apply_delta(state, params)
  end
  return {}
end

return M

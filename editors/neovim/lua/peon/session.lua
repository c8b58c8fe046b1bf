--- The one live thing: the client, the state that it is told, and those who want to know.

local client = require("peon.client")
local state = require("peon.state")

local M = {}

---@type peon.State
M.state = state.empty()

--- Lines of the log of this client, the newest last.
---@type string[]
M.log = {}
local LOG_LINES = 1000

--- How many threads are listed at a time.
local PAGE_OF_THREADS = 200

---@type table<string, fun(...)[]>
local listeners = { changes = {}, status = {}, loaded = {}, event = {}, progress = {} }

---@type table<string, true>
local wanted = {}
---@type string?
local subscription
---@type string?
local log_id
---@type fun(err?: peon.ErrorContent)[]
local when_loaded = {}
local is_loaded = false
local loading = 0

---@param text string
function M.note(text)
  table.insert(M.log, ("%s %s"):format(os.date("%H:%M:%S"), text))
  if #M.log > LOG_LINES then
    table.remove(M.log, 1)
  end
end

--- Call `callback` whenever something happens: `changes` (peon.Change[]), `status` (the client's),
--- `loaded` (the whole state was read again), `event` (peon.StoredEvent), `progress`
--- (peon.OperationProgress).
---@param what "changes"|"status"|"loaded"|"event"|"progress"
---@param callback fun(...)
function M.on(what, callback)
  table.insert(listeners[what], callback)
end

local function tell(what, ...)
  for _, callback in ipairs(listeners[what]) do
    callback(...)
  end
end

local load

local function take_events(params)
  if params.subscriptionId ~= subscription then
    return
  end
  local changes = state.apply_events(M.state, params)
  tell("changes", changes)
  for _, change in ipairs(changes) do
    tell("event", change.event)
  end
end

local function on_notification(method, params)
  if method == "events/appended" then
    take_events(params)
  elseif method == "turn/delta" then
    local changes = state.apply_delta(M.state, params)
    if #changes > 0 then
      tell("changes", changes)
    end
  elseif method == "operation/progress" then
    tell("progress", params)
  elseif method == "events/resync" and params.subscriptionId == subscription then
    M.note("the feed is over; subscribing again after " .. params.after)
    load()
  elseif method == "server/statusChanged" then
    M.note(("the server's health: %s %s"):format(params.health, params.message or ""))
    M.health = params
    tell("status", M.client.status)
  end
end

---@type peon.Client
M.client = client.new({
  agents = function()
    return require("peon.config").get().agents
  end,
  find = function()
    return require("peon.client.locate").find(require("peon.config").get())
  end,
  on_notification = on_notification,
  on_ready = function(info)
    M.note(("connected with %s %s"):format(info.serverInfo.name, info.serverInfo.version))
    load()
  end,
  on_status = function(status, why)
    M.note(("client: %s%s"):format(status, why and ", " .. why or ""))
    if status ~= "ready" then
      is_loaded = false
      loading = loading + 1
    end
    if status == "failed" then
      M.settle({ kind = "unavailable", message = why, retryable = false, details = {} })
    end
    tell("status", status)
  end,
})

--- Tell those who wait for the state that it is there, or why not.
---@param err? peon.ErrorContent
function M.settle(err)
  local waiting = when_loaded
  when_loaded = {}
  for _, callback in ipairs(waiting) do
    callback(err)
  end
end

--- Read what the reader of a thread has to know again: all of its items.
---@param thread_id string
---@param callback? fun(err?: peon.ErrorContent)
function M.read(thread_id, callback)
  wanted[thread_id] = true
  M.client:request("thread/read", { threadId = thread_id }, function(err, reading)
    if err then
      wanted[thread_id] = nil
    elseif not M.take_reading(reading) then
      return M.read(thread_id, callback)
    end
    if callback then
      callback(err)
    end
  end)
end

--- Take a reading in; false where it is older than what is known, and must be asked for again.
---@param reading peon.ThreadReading
---@return boolean
function M.take_reading(reading)
  local changes = state.with_thread(M.state, reading)
  if changes then
    tell("changes", changes)
  end
  return changes ~= nil
end

--- Call back with a thread that has all of its turns and checkpoints: a list has only the newest.
---@param thread peon.ThreadState
---@param callback fun(thread: peon.ThreadState)
function M.with_whole(thread, callback)
  local threads = require("peon.state.threads")
  if not threads.is_short(thread) then
    return callback(thread)
  end
  M.read(thread.threadId, function(err)
    local read = M.state.threads[thread.threadId]
    if err then
      M.complain(err)
    elseif read then
      callback(read)
    end
  end)
end

local function subscribe(after, fallback, generation)
  M.client:request("events/subscribe", { after = after, deltas = true }, function(err, result)
    if generation ~= loading then
      return
    elseif err and err.kind == "cursor.stale" and after ~= fallback then
      return subscribe(fallback, fallback, generation)
    elseif err then
      M.note("no feed: " .. err.message)
      return M.settle(err)
    end
    subscription, log_id = result.subscriptionId, result.logId
    is_loaded = true
    M.note("told of every event after " .. result.sequence)
    tell("loaded")
    M.settle()
  end)
end

--- All threads, page by page; an older server gives no pages.
---@param callback fun(err?: peon.ErrorContent, list?: peon.ThreadList)
---@param newer? peon.ThreadList What was read so far.
local function list_threads(callback, newer)
  local params
  if M.client:adds("thread/list", "limit") then
    params = { limit = PAGE_OF_THREADS, before = newer and newer.threadsBefore }
  end
  M.client:request("thread/list", params, function(err, list)
    if err then
      return callback(err)
    elseif newer then
      vim.list_extend(list.threads, newer.threads)
      list.sequence = newer.sequence
    end
    if (list.threadsBefore or 0) > 0 then
      return list_threads(callback, list)
    end
    callback(nil, list)
  end)
end

--- Read everything, and be told of what follows. Events since the last time come as events, so
--- that nobody who listens misses one.
load = function()
  loading = loading + 1
  local generation, known = loading, M.state.sequence
  subscription = nil
  M.client:request("project/list", nil, function(failed, projects)
    list_threads(function(err, list)
      if generation ~= loading then
        return
      elseif failed or err then
        return M.settle(failed or err)
      end
      local logs = vim.tbl_get(M.client.info or {}, "capabilities", "experimental", "peon", "logId")
      state.with_lists(M.state, projects, list)
      local head = M.state.sequence
      local after = logs == log_id and math.min(known, head) or head
      for thread_id in pairs(wanted) do
        M.read(thread_id)
      end
      subscribe(after, head, generation)
    end)
  end)
end

--- Call back when the state is there; the server is started where it does not run.
---@param callback fun(err?: peon.ErrorContent)
function M.ensure(callback)
  if is_loaded then
    return callback()
  end
  table.insert(when_loaded, callback)
  M.client:start()
end

--- Ask the server. Errors are told to the user unless `callback` takes them.
---@param method string
---@param params? table
---@param callback? fun(err?: peon.ErrorContent, result?: any)
function M.request(method, params, callback)
  M.client:request(method, params, function(err, result)
    if err then
      M.note(("%s: %s %s"):format(method, err.kind, err.message))
    end
    if callback then
      callback(err, result)
    elseif err then
      M.complain(err)
    end
  end)
end

--- Tell the user what went wrong, and what helps; what was stopped, as asked, has not gone wrong.
---@param err peon.ErrorContent
function M.complain(err)
  local remedy = err.remedy and " " .. err.remedy or ""
  if err.kind == "operation.cancelled" then
    return require("peon.tell")("peon: cancelled." .. remedy, vim.log.levels.INFO)
  end
  require("peon.tell")("peon: " .. err.message .. remedy, vim.log.levels.ERROR)
end

---@param method string
---@return boolean
function M.supports(method)
  return M.client:supports(method)
end

--- Start again with what is configured now.
function M.restart()
  M.client:stop()
  require("peon.config").forget()
  M.client:start()
end

return M

--- One supervised server process, and requests to it. It is started on first use, started again
--- when it dies, with growing pauses, and greeted anew each time; commands that were under way are
--- sent again under their id, which the server carries out once.

local protocol = require("peon.protocol_gen")

local M = {}

--- Pauses before a server that has died is started again, in milliseconds. After the last the user
--- has to ask for it.
M.PAUSES = { 0, 250, 1000, 2000, 4000 }

--- How often a command is sent again when its server was lost.
local TRIES = 3

---@alias peon.ClientStatus
---| "stopped" # Nobody has asked for anything yet, or it was stopped.
---| "starting"
---| "ready"
---| "waiting" # It died, and is started again in a moment.
---| "failed" # It could not be started; the next request tries again.

---@class peon.ClientOptions
---@field agents fun(): table<string, table>? Agents that the user has added.
---@field find fun(): string[]?, string The command, or nil and why there is none.
---@field on_notification fun(method: string, params: table)
---@field on_ready fun(info: table) The server was greeted.
---@field on_status fun(status: peon.ClientStatus, why?: string)

---@class peon.Request
---@field method string
---@field params table
---@field callback fun(err?: peon.ErrorContent, result?: any)
---@field tries integer

---@class peon.Client
---@field status peon.ClientStatus
---@field why? string Why it is not ready.
---@field info? table What the server said of itself.
---@field private options peon.ClientOptions
---@field private rpc? vim.lsp.rpc.PublicClient
---@field private waiting peon.Request[] What is sent when the server is ready.
---@field private open table<peon.Request, true> What has been sent and not answered.
---@field private deaths integer
---@field private generation integer Tells a process from the one before it.
local Client = {}
Client.__index = Client

local is_command = {}
for _, method in ipairs(protocol.commands) do
  is_command[method] = true
end

--- What was told, without members that are null: Neovim 0.11 leaves them out, later ones do not.
local function told(value)
  if type(value) == "table" then
    for key, member in pairs(value) do
      if member == vim.NIL and type(key) == "string" then
        value[key] = nil
      elseif type(member) == "table" then
        told(member)
      end
    end
  end
  return value ~= vim.NIL and value or nil
end

--- A fresh id for a command or a thread.
---@return string
function M.fresh_id()
  return (vim.base64.encode(assert(vim.uv.random(15))):gsub("[+/=]", "-"))
end

---@param options peon.ClientOptions
---@return peon.Client
function M.new(options)
  return setmetatable({
    options = options,
    status = "stopped",
    waiting = {},
    open = {},
    deaths = 0,
    generation = 0,
  }, Client)
end

---@private
function Client:become(status, why)
  self.status, self.why = status, why
  self.options.on_status(status, why)
end

--- An error of ours, in the form of the server's.
---@return peon.ErrorContent
local function failure(kind, message, retryable)
  return { kind = kind, message = message, retryable = retryable or false, details = {} }
end

---@private
function Client:fail(why)
  local requests = self.waiting
  self.waiting = {}
  self:become("failed", why)
  for _, request in ipairs(requests) do
    request.callback(failure("unavailable", why))
  end
end

--- Start the server, unless it runs already.
function Client:start()
  if self.status == "starting" or self.status == "ready" or self.status == "waiting" then
    return
  end
  self.deaths = 0
  self:spawn()
end

---@private
function Client:spawn()
  local argv, origin = self.options.find()
  if not argv then
    return self:fail(origin)
  end
  self.generation = self.generation + 1
  local generation = self.generation
  self:become("starting")
  local ok, rpc = pcall(vim.lsp.rpc.start, argv, {
    notification = function(method, params)
      if generation ~= self.generation then
        return
      elseif method == "$/progress" and self.status == "starting" then
        self:how_far(told(params).value)
      else
        self.options.on_notification(method, told(params))
      end
    end,
    on_exit = vim.schedule_wrap(function(code, signal)
      if generation == self.generation then
        self:died(("it ended with %s"):format(signal > 0 and "signal " .. signal or code))
      end
    end),
    on_error = function(_, err)
      if generation == self.generation then
        self:broken(tostring(err))
      end
    end,
  })
  if not ok then
    return self:fail(tostring(rpc))
  end
  self.rpc = rpc
  self:greet(generation)
end

--- What a server that takes long to start says of it.
---@private
function Client:how_far(value)
  if value.kind ~= "end" then
    self:become("starting", "reading the history, " .. value.message)
  end
end

---@private
function Client:greet(generation)
  local version = vim.version()
  self.rpc.request("initialize", {
    workDoneToken = "start",
    processId = vim.uv.os_getpid(),
    rootUri = vim.NIL,
    clientInfo = {
      name = "Neovim",
      version = ("%d.%d.%d"):format(version.major, version.minor, version.patch),
    },
    capabilities = { experimental = { peon = { editor = "neovim" } } },
    initializationOptions = {
      protocolVersion = protocol.protocol_version,
      providers = self.options.agents(),
    },
  }, function(err, result)
    if generation ~= self.generation then
      return
    elseif err then
      self.deaths = #M.PAUSES
      return self:fail(err.message)
    end
    self.info = told(result)
    self.deaths = 0
    self.rpc.notify("initialized", vim.empty_dict())
    self:become("ready")
    self.options.on_ready(self.info)
    self:send_waiting()
  end)
end

---@private
function Client:send_waiting()
  local requests = self.waiting
  self.waiting = {}
  for _, request in ipairs(requests) do
    self:send(request)
  end
end

--- What was said makes no sense any more: begin again.
---@private
function Client:broken(why)
  local rpc = self.rpc
  self.generation = self.generation + 1
  if rpc and not rpc.is_closing() then
    rpc.terminate()
  end
  self:died(why)
end

---@private
function Client:died(why)
  self.rpc, self.info = nil, nil
  local lost = self.open
  self.open = {}
  self.deaths = self.deaths + 1
  local pause = M.PAUSES[self.deaths]
  for request in pairs(lost) do
    self:again(request, failure("server.lost", "The server was lost: " .. why, true))
  end
  if not pause then
    return self:fail(
      ("The server died %d times, the last time because %s."):format(self.deaths, why)
    )
  end
  self:become("waiting", why)
  local generation = self.generation
  vim.defer_fn(function()
    if generation == self.generation and self.status == "waiting" then
      self:spawn()
    end
  end, pause)
end

--- Send a command again whose server was lost, or say that it failed.
---@private
function Client:again(request, err)
  request.tries = request.tries + 1
  if not err.retryable or request.tries >= TRIES or err.kind ~= "server.lost" then
    request.callback(err)
  elseif self.status == "ready" then
    vim.defer_fn(function()
      self:dispatch(request)
    end, 100 * request.tries)
  else
    table.insert(self.waiting, request)
  end
end

---@private
function Client:send(request)
  self.open[request] = true
  local generation = self.generation
  local sent = self.rpc.request(request.method, request.params, function(err, result)
    if generation ~= self.generation or not self.open[request] then
      return
    end
    self.open[request] = nil
    if err then
      self:again(request, told(err.data) or failure("server.bug", err.message))
    else
      request.callback(nil, told(result))
    end
  end)
  if not sent then
    self.open[request] = nil
    table.insert(self.waiting, request)
  end
end

---@private
function Client:dispatch(request)
  if self.status == "ready" then
    self:send(request)
  else
    table.insert(self.waiting, request)
    self:start()
  end
end

--- Ask the server for something; it is started where it does not run.
---@param method string
---@param params? table
---@param callback fun(err?: peon.ErrorContent, result?: any)
function Client:request(method, params, callback)
  params = vim.tbl_extend("keep", params or {}, is_command[method] and {
    commandId = M.fresh_id(),
  } or {})
  if next(params) == nil then
    params = vim.empty_dict()
  end
  self:dispatch({ method = method, params = params, callback = callback, tries = 0 })
end

--- Whether the server has a method. Before it was greeted nothing is known, and nothing shown.
---@param method string
---@return boolean
function Client:supports(method)
  local peon = vim.tbl_get(self.info or {}, "capabilities", "experimental", "peon")
  return peon ~= nil and vim.list_contains(peon.methods, method)
end

--- Whether the server knows a param that came after its method did.
---@param method string
---@param param string
---@return boolean
function Client:adds(method, param)
  local peon = vim.tbl_get(self.info or {}, "capabilities", "experimental", "peon")
  local added = peon and vim.tbl_get(peon, "addedParams", method)
  return added ~= nil and vim.list_contains(added, param)
end

--- Leave. The server goes by itself when its last client has left and nothing runs.
function Client:stop()
  self.generation = self.generation + 1
  local rpc = self.rpc
  self.rpc, self.info = nil, nil
  if rpc and not rpc.is_closing() then
    rpc.notify("exit")
  end
  for request in pairs(self.open) do
    request.callback(failure("server.lost", "The server was left."))
  end
  self.open = {}
  self:become("stopped")
end

return M

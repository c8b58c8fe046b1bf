-- What goes on with a server, before a small one that answers at once.

local THREADS = 450

--- The view of a thread that a list has: its newest turn of three.
local function listed(number)
  return {
    threadId = ("thread-%d"):format(number),
    projectId = "project",
    title = "A thread",
    titleSource = "user",
    status = "idle",
    turns = { { turnId = ("turn-%d"):format(number), number = 3, status = "completed" } },
    turnCount = 3,
    checkpoints = {},
    checkpointCount = 0,
    pendingActions = {},
    version = 1,
  }
end

local server = {
  asked = {},
  pages = true,
  info = {
    serverInfo = { name = "peon", version = "1" },
    capabilities = { experimental = { peon = { logId = "log" } } },
  },
}

function server:adds()
  return self.pages
end

function server:request(method, params, callback)
  table.insert(self.asked, { method, params or {} })
  callback(nil, self[method](params or {}))
end

server["project/list"] = function()
  return { projects = {}, sequence = 9 }
end

server["thread/list"] = function(params)
  local last = params.before or THREADS
  local first = math.max(0, last - (params.limit or last))
  local threads = {}
  -- Of the older pages each has one more: a thread was deleted meanwhile.
  for number = first + 1, params.before and last + 1 or last do
    table.insert(threads, listed(number))
  end
  local before = server.pages and first or nil
  return { threads = threads, threadsBefore = before, sequence = params.before and 8 or 7 }
end

server["thread/read"] = function(params)
  local thread = listed(tonumber(params.threadId:match("%d+")))
  thread.turns = {
    { turnId = "turn-a", number = 1, status = "completed", items = {} },
    { turnId = "turn-b", number = 2, status = "completed", items = {} },
    { turnId = thread.turns[1].turnId, number = 3, status = "completed", items = {} },
  }
  return { thread = thread, itemsBefore = 0, sequence = 9 }
end

server["events/subscribe"] = function(params)
  return { subscriptionId = "feed", sequence = params.after, logId = "log" }
end

--- A session that has just met the server.
local function met()
  server.asked = {}
  package.loaded["peon.client"] = {
    new = function(options)
      server.options = options
      return server
    end,
  }
  package.loaded["peon.session"] = nil
  local session = require("peon.session")
  server.options.on_ready(server.info)
  return session
end

describe("a session", function()
  it("lists threads page by page, each once, and follows from the first", function()
    server.pages = true
    local session = met()
    assert.same(THREADS, #session.state.threadOrder)
    assert.same("thread-1", session.state.threadOrder[1])
    assert.same(("thread-%d"):format(THREADS), session.state.threadOrder[THREADS])
    assert.same({
      { "project/list", {} },
      { "thread/list", { limit = 200 } },
      { "thread/list", { limit = 200, before = 250 } },
      { "thread/list", { limit = 200, before = 50 } },
      { "events/subscribe", { after = 7, deltas = true } },
    }, server.asked)
  end)

  it("asks an older server for no pages", function()
    server.pages = false
    local session = met()
    assert.same(THREADS, #session.state.threadOrder)
    assert.same({ "thread/list", {} }, server.asked[2])
  end)

  it("reads what a list has left out of a thread, once", function()
    server.pages = true
    local session = met()
    local asked = #server.asked
    local function turns()
      local found
      session.with_whole(session.state.threads["thread-5"], function(thread)
        found = vim.tbl_map(function(turn)
          return turn.number
        end, thread.turns)
      end)
      return found
    end
    assert.same({ 1, 2, 3 }, turns())
    assert.same({ 1, 2, 3 }, turns())
    assert.same(
      { { "thread/read", { threadId = "thread-5" } } },
      { unpack(server.asked, asked + 1) }
    )
  end)
end)

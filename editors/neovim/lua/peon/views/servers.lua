--- The MCP servers that agents are given: of a thread or of a project, written as JSON in a window
--- of their own.

local actions = require("peon.actions")
local keys = require("peon.views.keys")
local servers = require("peon.servers")
local session = require("peon.session")
local text = require("peon.views.text")
local windows = require("peon.views.windows")

local M = {}

local FILETYPE = "peon-servers"
local namespace = vim.api.nvim_create_namespace("peon.servers")

--- Whose servers they are.
---@class peon.ServersOf
---@field title string
---@field about string[] What is to be known of them.
---@field servers peon.McpServer[]
---@field save fun(servers: peon.McpServer[], callback: fun(err?: peon.ErrorContent))

--- What became of each, when the thread's session was opened.
local function told_by_session(thread)
  local told = {}
  for _, each in ipairs(vim.tbl_get(thread, "session", "mcpServers") or {}) do
    local what = each.given and "given" or "not given, " .. (each.reason or "for no reason told")
    table.insert(told, ("%s: %s"):format(each.name, what))
  end
  return told
end

local function of_project(project)
  return {
    title = "MCP servers of " .. project.title,
    about = { "Threads that have none of their own are given these." },
    servers = project.defaults.mcpServers or {},
    save = function(chosen, callback)
      local now = session.state.projects[project.projectId] or project
      local defaults = vim.tbl_extend("force", now.defaults, { mcpServers = chosen })
      local params = { projectId = project.projectId, defaults = defaults }
      session.request("project/configure", params, callback)
    end,
  }
end

local function of_thread(thread)
  local project = session.state.projects[thread.projectId]
  local inherited = project and project.defaults.mcpServers or {}
  local about = told_by_session(thread)
  if not thread.mcpServers then
    table.insert(about, 1, "These are the project's, until others are saved here.")
  else
    table.insert(about, 1, "The thread has its own; with {} it has none.")
  end
  return {
    title = ("MCP servers of «%s»"):format(thread.title),
    about = about,
    servers = thread.mcpServers or inherited,
    save = function(chosen, callback)
      local params = { threadId = thread.threadId, mcpServers = chosen }
      session.request("thread/configure", params, callback)
    end,
  }
end

local function template(of)
  local lines = {
    "// <C-s> saves, in any mode. q leaves. The next session of an agent is given them.",
    '// A command: { "command": "…", "args": ["…"], "env": { "TOKEN": "${env:NAME}" } }',
    '// An address: { "url": "https://…", "headers": { … }, "transport": "http" or "sse" }',
    "// ${env:NAME} is a variable of your environment: secrets must stand there in this way.",
  }
  for _, line in ipairs(of.about) do
    table.insert(lines, "// " .. line)
  end
  return vim.list_extend(lines, servers.lines(of.servers))
end

--- Say at the server's line what is wrong, and in words where it has none.
local function blame(buffer, lines, problem, name)
  local row = name and servers.line_of(lines, name)
  vim.diagnostic.set(namespace, buffer, row and {
    { lnum = row, col = 0, message = problem, severity = vim.diagnostic.severity.ERROR },
  } or {}, { virtual_text = true, signs = false })
  if row then
    vim.api.nvim_win_set_cursor(0, { row + 1, 0 })
  else
    require("peon.tell")("peon: " .. problem, vim.log.levels.ERROR)
  end
end

local function save(of, buffer, close)
  vim.cmd.stopinsert()
  local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  local chosen, problem = servers.parse(lines)
  if not chosen then
    return blame(buffer, lines, problem --[[@as string]])
  end
  of.save(chosen, function(err)
    if err and err.kind == "mcp.invalid" and vim.api.nvim_buf_is_valid(buffer) then
      return blame(buffer, lines, err.details.problem, err.details.server)
    elseif err then
      return session.complain(err)
    end
    close()
  end)
end

local function open(of)
  local buffer, window, close = windows.sheet(FILETYPE, of.title, template(of))
  keys.map("servers", buffer, {
    save = function()
      save(of, buffer, close)
    end,
    close = close,
  })
  vim.bo[buffer].filetype = FILETYPE
  vim.bo[buffer].syntax = "jsonc"
  vim.bo[buffer].shiftwidth = 2
  vim.bo[buffer].expandtab = true
  for row, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    if line == "{" then
      vim.api.nvim_win_set_cursor(window, { row, 0 })
    end
  end
end

local function line_of(of)
  return ("%s: %s"):format(of.title, text.many(#of.servers, "server"))
end

local function choose_one(all)
  vim.ui.select(all, {
    prompt = "MCP servers",
    kind = "peon-servers",
    format_item = line_of,
  }, function(of)
    if of then
      open(of)
    end
  end)
end

--- Open the servers of the thread at hand, or of the project; without a word, choose.
---@param whose string
function M.choose(whose)
  local thread = actions.thread_here()
  if whose == "thread" and not thread then
    return require("peon.tell")("peon: there is no thread here yet. :Peon new opens one.")
  elseif whose == "thread" then
    return open(of_thread(thread))
  elseif whose ~= "project" and whose ~= "" then
    local told = "peon: :Peon servers is of the thread or of the project."
    return require("peon.tell")(told, vim.log.levels.ERROR)
  end
  local function go_on(project_id)
    local fresh = { projectId = project_id, title = "this project", defaults = {} }
    local of = of_project(session.state.projects[project_id] or fresh)
    if whose == "project" or not thread then
      return open(of)
    end
    choose_one({ of_thread(thread), of })
  end
  if thread then
    return go_on(thread.projectId)
  end
  actions.project_here(go_on)
end

return M

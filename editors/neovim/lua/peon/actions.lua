--- What can be done with projects, threads and turns, whichever view or command asks for it.

local client = require("peon.client")
local session = require("peon.session")
local text = require("peon.views.text")

local M = {}

M.MODES = {
  { mode = "plan", text = "nothing may change" },
  { mode = "ask", text = "everything that changes something asks" },
  { mode = "edits", text = "edits inside the folder pass, commands ask" },
  { mode = "full", text = "nothing asks" },
}

--- The folder that the user works in: that of a repository around the file, else the working
--- directory.
---@return string
function M.root()
  local window = require("peon.views.windows").of_user()
  local buffer = window and vim.api.nvim_win_get_buf(window) or 0
  local name = vim.api.nvim_buf_get_name(buffer)
  local cwd = vim.uv.cwd() or "."
  local start = name ~= "" and vim.fs.dirname(name) or cwd
  local found = vim.fs.root(start, ".git") or vim.fs.root(cwd, ".git") or cwd
  return vim.uv.fs_realpath(found) or found
end

--- The project that a folder lies in: the one with the longest root.
---@param folder string
---@return peon.ProjectView?
function M.project_around(folder)
  local best
  for _, project in pairs(session.state.projects) do
    local inside = folder == project.root or vim.startswith(folder, project.root .. "/")
    if inside and (not best or #project.root > #best.root) then
      best = project
    end
  end
  return best
end

--- The project of the folder that the user works in, which becomes one where it is none.
---@param callback fun(project_id: string)
function M.project_here(callback)
  local root = M.root()
  local known = M.project_around(root)
  if known then
    return callback(known.projectId)
  end
  session.request("project/create", { root = root }, function(err, result)
    if err and err.kind == "project.rootInUse" then
      callback(err.details.projectId)
    elseif err then
      session.complain(err)
    else
      callback(result.projectId)
    end
  end)
end

--- Open a new thread, and its chat.
---@param project_id string
---@param given? {provider?: string, title?: string, worktree?: table}
---@param callback? fun(thread_id: string)
function M.create_thread(project_id, given, callback)
  local config = require("peon.config").get()
  local params = vim.tbl_extend("keep", given or {}, {
    projectId = project_id,
    threadId = client.fresh_id(),
    provider = config.provider,
    model = config.model,
    mode = config.mode,
  })
  session.request("thread/create", params, function(err, result)
    if err then
      return session.complain(err)
    end
    callback = callback or require("peon.views.chat").open
    callback(result.threadId)
  end)
end

--- The thread that the user means: the one of this buffer, the one last looked at, or the newest
--- of this folder's project.
---@return peon.ThreadState?
function M.thread_here()
  local chat = package.loaded["peon.views.chat"]
  if chat then
    local id = chat.thread_of(vim.api.nvim_get_current_buf()) or chat.last
    local thread = id and session.state.threads[id]
    if thread then
      return thread
    end
  end
  local project = M.project_around(M.root())
  local newest
  for _, id in ipairs(session.state.threadOrder) do
    local thread = session.state.threads[id]
    if project and thread.projectId == project.projectId and not thread.archived then
      if not newest or thread.updatedAt > newest.updatedAt then
        newest = thread
      end
    end
  end
  return newest
end

--- As `thread_here`, with a new thread where there is none.
---@param callback fun(thread_id: string)
function M.thread_or_new(callback)
  local thread = M.thread_here()
  if thread then
    return callback(thread.threadId)
  end
  M.project_here(function(project_id)
    M.create_thread(project_id, nil, callback)
  end)
end

--- Give a prompt. While a turn is in progress it is queued, where the server can do that.
---@param thread_id string
---@param prompt peon.Prompt
---@param callback fun(err?: peon.ErrorContent)
function M.send(thread_id, prompt, callback)
  local thread = session.state.threads[thread_id]
  local busy = thread ~= nil and (thread.status ~= "idle" or #thread.queue > 0)
  if busy and session.supports("turn/queue") then
    local params = { threadId = thread_id, messageId = client.fresh_id(), prompt = prompt }
    return session.request("turn/queue", params, callback)
  end
  local params = { threadId = thread_id, turnId = client.fresh_id(), prompt = prompt }
  session.request("turn/start", params, callback)
end

--- Stop the work on the files or in the repository that is under way. Whoever has begun it is told
--- what came of it.
---@param thread peon.ThreadState
function M.cancel(thread)
  local operation = thread.operation
  if not operation then
    return require("peon.tell")("peon: nothing is under way.", vim.log.levels.INFO)
  end
  local params = { threadId = thread.threadId, operationId = operation.operationId }
  session.request("operation/cancel", params, function(err, result)
    if err then
      return session.complain(err)
    end
    local now = session.state.threads[thread.threadId]
    local goes_on = now and now.operation and now.operation.operationId == result.operationId
    if result.outcome == "tooLate" and goes_on then
      require("peon.tell")("peon: it can only be finished now.", vim.log.levels.INFO)
    end
  end)
end

--- Stop the turn in progress, or else the work that is under way.
---@param thread? peon.ThreadState
function M.stop(thread)
  if not thread then
    return
  elseif thread.status == "idle" then
    if thread.operation and session.supports("operation/cancel") then
      M.cancel(thread)
    end
    return
  end
  session.request("turn/interrupt", { threadId = thread.threadId }, function(err)
    if err and err.kind ~= "turn.notInProgress" then
      session.complain(err)
    end
  end)
end

---@param thread peon.ThreadState
function M.rename_thread(thread)
  vim.ui.input({ prompt = "Title: ", default = thread.title }, function(title)
    if title and vim.trim(title) ~= "" then
      session.request("thread/configure", { threadId = thread.threadId, title = title })
    end
  end)
end

---@param thread peon.ThreadState
function M.archive(thread)
  local params = { threadId = thread.threadId, archived = not thread.archived }
  session.request("thread/configure", params)
end

--- Ask before something is gone.
---@param question string
---@param callback fun()
function M.confirm(question, callback)
  vim.ui.select({ "No", "Yes" }, { prompt = question }, function(choice)
    if choice == "Yes" then
      callback()
    end
  end)
end

---@param thread peon.ThreadState
function M.delete_thread(thread)
  M.confirm(("Delete the thread «%s»?"):format(thread.title), function()
    session.request("thread/delete", { threadId = thread.threadId })
  end)
end

--- Bound what the thread's turns may use together: tokens, a cost in whatever the agent tells, or
--- nothing.
---@param thread peon.ThreadState
---@param given string
function M.set_budget(thread, given)
  local number = tonumber((given:gsub("[_ ]", "")))
  local budget
  if given == "none" then
    budget = vim.empty_dict()
  elseif number and number > 0 then
    budget = given:find(".", 1, true) and { maxCost = number } or { maxTokens = number }
  else
    return require("peon.tell")(
      "peon: a budget is a number of tokens, a cost such as 2.50, or none.",
      vim.log.levels.ERROR
    )
  end
  session.request("thread/configure", { threadId = thread.threadId, budget = budget })
end

---@param thread peon.ThreadState
function M.choose_mode(thread)
  vim.ui.select(M.MODES, {
    prompt = "What may the agent do without asking?",
    kind = "peon-mode",
    format_item = function(each)
      local now = each.mode == thread.mode and " (now)" or ""
      return ("%s: %s%s"):format(each.mode, each.text, now)
    end,
  }, function(choice)
    if choice then
      session.request("thread/configure", { threadId = thread.threadId, mode = choice.mode })
    end
  end)
end

--- Choose a kind of agent among those that can be used here.
---@param callback fun(provider_id: string)
function M.choose_provider(callback)
  session.request("provider/list", nil, function(err, list)
    if err then
      return session.complain(err)
    end
    vim.ui.select(list.providers, {
      prompt = "Agent",
      kind = "peon-provider",
      format_item = function(each)
        return each.available and each.name
          or ("%s (%s)"):format(each.name, each.reason or "not available")
      end,
    }, function(choice)
      if choice and choice.available then
        callback(choice.providerId)
      elseif choice then
        require("peon.tell")("peon: " .. (choice.remedy or choice.reason or "It is not available."))
      end
    end)
  end)
end

--- Choose a thread, with whatever picker `vim.ui.select` is.
---@param callback? fun(thread: peon.ThreadState)
function M.choose_thread(callback)
  local signs = require("peon.views.signs")
  local choices = {}
  for _, id in ipairs(session.state.threadOrder) do
    table.insert(choices, 1, session.state.threads[id])
  end
  vim.ui.select(choices, {
    prompt = "Threads",
    kind = "peon-thread",
    format_item = function(thread)
      local project = session.state.projects[thread.projectId]
      local where = project and project.title or ""
      local status = thread.archived and "archived" or thread.status
      local when = text.clock(thread.updatedAt)
      return ("%s %s · %s · %s"):format(signs.of(status), thread.title, where, when)
    end,
  }, function(thread)
    if thread then
      (callback or function(chosen)
        require("peon.views.chat").open(chosen.threadId)
      end)(thread)
    end
  end)
end

return M

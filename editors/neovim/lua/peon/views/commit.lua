--- The message of a commit, in a window of its own: what stands after `#` is left out, as git does.

local keys = require("peon.views.keys")
local session = require("peon.session")
local text = require("peon.views.text")
local windows = require("peon.views.windows")

local M = {}

local FILETYPE = "peon-commit"

local function message_in(buffer)
  local kept = {}
  for _, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    if line:sub(1, 1) ~= "#" then
      table.insert(kept, line)
    end
  end
  return vim.trim(table.concat(kept, "\n"))
end

--- Commit every change of the thread's folder.
---@param thread peon.ThreadState
---@param message string
---@param callback? fun()
function M.commit(thread, message, callback)
  local params = { threadId = thread.threadId, message = message }
  session.request("git/commit", params, function(err, result)
    if err then
      return session.complain(err)
    end
    local where = result.branch and " on " .. result.branch or ""
    local files = text.many(#result.files, "file")
    require("peon.tell")(("peon: %s%s, %s."):format(result.commit:sub(1, 9), where, files))
    if callback then
      callback()
    end
  end)
end

local function template(status, proposed)
  local lines = text.lines(proposed or "")
  vim.list_extend(
    lines,
    { "", "# <C-s> commits, in any mode. q leaves. Lines with # are left out." }
  )
  if not status.branch then
    table.insert(lines, "# No branch: the head is detached.")
  else
    table.insert(
      lines,
      ("# On %s, %d ahead, %d behind:"):format(status.branch, status.ahead, status.behind)
    )
  end
  for _, file in ipairs(status.files) do
    table.insert(lines, ("#   %-10s %s"):format(file.unstaged or file.staged or "", file.path))
  end
  return lines
end

local function open(thread, status, proposed)
  local buffer, window, close = windows.sheet(FILETYPE, "Commit", template(status, proposed))
  keys.map("commit", buffer, {
    commit = function()
      vim.cmd.stopinsert()
      M.commit(thread, message_in(buffer), close)
    end,
    close = close,
  })
  vim.treesitter.language.register("gitcommit", FILETYPE)
  vim.bo[buffer].filetype = FILETYPE
  vim.bo[buffer].syntax = "gitcommit"
  vim.api.nvim_win_set_cursor(window, { 1, 0 })
end

--- Write a message and commit with it.
---@param thread peon.ThreadState
function M.open(thread)
  session.request("git/status", { threadId = thread.threadId }, function(err, status)
    if err then
      return session.complain(err)
    elseif #status.files == 0 then
      return require("peon.tell")("peon: nothing has changed.", vim.log.levels.INFO)
    elseif not session.supports("git/proposeMessage") then
      return open(thread, status)
    end
    session.request("git/proposeMessage", { threadId = thread.threadId }, function(_, proposal)
      open(thread, status, proposal and proposal.message)
    end)
  end)
end

--- Push the branch to where it tracks.
---@param thread peon.ThreadState
function M.push(thread)
  session.request("git/push", { threadId = thread.threadId }, function(err, result)
    if err then
      return session.complain(err)
    end
    require("peon.tell")(("peon: %s is on %s."):format(result.branch, result.remote))
  end)
end

local function open_pull_request(thread, title, draft)
  local params = { threadId = thread.threadId, title = title, draft = draft }
  session.request("git/pullRequest", params, function(err, result)
    if err then
      return session.complain(err)
    end
    pcall(vim.fn.setreg, "+", result.url)
    local was = result.existing and "was open already: " or ""
    require("peon.tell")(("peon: %s%s"):format(was, result.url), vim.log.levels.INFO)
  end)
end

--- Open a pull request of the branch. Its body is what the server proposes.
---@param thread peon.ThreadState
---@param title string Without one it is asked for.
---@param draft boolean
function M.pull_request(thread, title, draft)
  if title ~= "" then
    return open_pull_request(thread, title, draft)
  end
  vim.ui.input({ prompt = "Title: ", default = thread.title }, function(given)
    if given and vim.trim(given) ~= "" then
      open_pull_request(thread, vim.trim(given), draft)
    end
  end)
end

return M

--- Branches of a thread's folder: made, by name or from one of those that there are.

local session = require("peon.session")
local text = require("peon.views.text")

local M = {}

--- Make a branch and go on there.
---@param thread peon.ThreadState
---@param name string
---@param base? string
function M.create(thread, name, base)
  local params = { threadId = thread.threadId, name = name, base = base }
  session.request("git/createBranch", params, function(err, result)
    if err then
      return session.complain(err)
    end
    local told = ("peon: on %s, which begins at %s."):format(result.branch, result.commit:sub(1, 9))
    require("peon.tell")(told, vim.log.levels.INFO)
  end)
end

local function ask_name(thread, base)
  vim.ui.input({ prompt = ("New branch from %s: "):format(base) }, function(name)
    if name and vim.trim(name) ~= "" then
      M.create(thread, vim.trim(name), base)
    end
  end)
end

local function line_of(branch)
  local parts = { branch.current and "* " .. branch.name or "  " .. branch.name }
  if branch.upstream then
    table.insert(
      parts,
      ("%d ahead, %d behind %s"):format(branch.ahead, branch.behind, branch.upstream)
    )
  end
  table.insert(parts, text.clipped(branch.lastCommit.subject))
  return table.concat(parts, " · ")
end

--- Make a branch of this name; without one, choose from which branch to begin one.
---@param thread peon.ThreadState
---@param name string
function M.choose(thread, name)
  if name ~= "" then
    return M.create(thread, name)
  end
  session.request("git/branches", { threadId = thread.threadId }, function(err, list)
    if err then
      return session.complain(err)
    end
    vim.ui.select(list.branches, {
      prompt = "Begin a branch from",
      kind = "peon-branch",
      format_item = line_of,
    }, function(branch)
      if branch then
        ask_name(thread, branch.name)
      end
    end)
  end)
end

return M

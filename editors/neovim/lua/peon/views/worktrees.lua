--- Worktrees: a thread in one of its own, those that there are, taken away and brought back.

local actions = require("peon.actions")
local session = require("peon.session")

local M = {}

--- Open a new thread in a worktree, and write.
---@param project_id string
---@param worktree {branch?: string, path?: string}
function M.work_in(project_id, worktree)
  actions.create_thread(project_id, { worktree = worktree }, function(thread_id)
    require("peon.views.prompt").open(thread_id)
  end)
end

local function ask_branch(project_id)
  vim.ui.input({ prompt = "Branch: " }, function(branch)
    if branch and vim.trim(branch) ~= "" then
      M.work_in(project_id, { branch = vim.trim(branch) })
    end
  end)
end

--- The live threads of a worktree that the server tells of.
local function threads_in(worktree)
  local found = {}
  for _, thread_id in ipairs(worktree.threadIds) do
    table.insert(found, session.state.threads[thread_id])
  end
  return found
end

local function done(what, thread)
  return function(err)
    if err then
      return session.complain(err)
    end
    local where = thread.worktree and thread.worktree.path or thread.title
    require("peon.tell")(("peon: %s %s."):format(where, what), vim.log.levels.INFO)
  end
end

local function ask(method, what, thread)
  return function()
    session.request(method, { threadId = thread.threadId }, done(what, thread))
  end
end

local function choices_of(project_id, worktree)
  local choices = {}
  for _, thread in ipairs(threads_in(worktree)) do
    table.insert(choices, {
      text = ("open «%s»"):format(thread.title),
      run = function()
        require("peon.views.chat").open(thread.threadId)
      end,
    })
  end
  table.insert(choices, {
    text = "open a new thread in it",
    run = function()
      M.work_in(project_id, { path = worktree.path })
    end,
  })
  local thread = threads_in(worktree)[1]
  if worktree.made and thread then
    local text = "take it away; its branch stays"
    table.insert(choices, { text = text, run = ask("worktree/remove", "was taken away", thread) })
  end
  return choices
end

local function pick(choices, prompt)
  vim.ui.select(choices, {
    prompt = prompt,
    kind = "peon-worktree",
    format_item = function(each)
      return each.text
    end,
  }, function(choice)
    if choice then
      choice.run()
    end
  end)
end

local function line_of(worktree)
  local count = #worktree.threadIds
  local threads = count > 0 and (" · %s"):format(require("peon.views.text").many(count, "thread"))
  local branch = worktree.branch or worktree.commit and worktree.commit:sub(1, 9) or "no branch"
  return ("%s · %s%s"):format(branch, worktree.path, threads or "")
end

--- Threads of a project whose worktree was taken away.
local function removed(project_id)
  return vim.tbl_filter(function(thread)
    return thread.worktree ~= nil and thread.worktree.removed
  end, require("peon.state.selectors").threads_of(session.state, project_id, true))
end

local function list(project_id, worktrees)
  local choices = {
    {
      text = "a new one, on a branch",
      run = function()
        ask_branch(project_id)
      end,
    },
  }
  for _, worktree in ipairs(worktrees) do
    table.insert(choices, {
      text = line_of(worktree),
      run = function()
        pick(choices_of(project_id, worktree), worktree.path)
      end,
    })
  end
  for _, thread in ipairs(removed(project_id)) do
    table.insert(choices, {
      text = ("%s · taken away, of «%s»: bring it back"):format(
        thread.worktree.branch or "no branch",
        thread.title
      ),
      run = ask("worktree/restore", "is back", thread),
    })
  end
  pick(choices, "Worktrees")
end

--- Open a thread in a worktree on a branch; without one, choose among those that there are.
---@param project_id string
---@param branch string
function M.choose(project_id, branch)
  if branch ~= "" then
    return M.work_in(project_id, { branch = branch })
  end
  session.request("worktree/list", { projectId = project_id }, function(err, found)
    if err then
      return session.complain(err)
    end
    list(project_id, found.worktrees)
  end)
end

return M

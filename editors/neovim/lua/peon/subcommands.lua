--- The subcommands of `:Peon`, as data: they are run, completed, and stand in the help.

local M = {}

---@class peon.Command
---@field name string
---@field args? string How its arguments are told in the help.
---@field text string
---@field needs? string A method that the server must have; without it, it is not offered.
---@field bare? boolean Whether it runs without the server's state.
---@field words? fun(): string[] What its argument is completed with.
---@field run fun(argument: string, call: vim.api.keyset.create_user_command.command_args)

local function lazy(module)
  return setmetatable({}, {
    __index = function(_, name)
      return require(module)[name]
    end,
  })
end

local actions = lazy("peon.actions")
local session = lazy("peon.session")
local chat = lazy("peon.views.chat")
local prompt = lazy("peon.views.prompt")
local context = lazy("peon.context")

local function with_thread(run)
  return function(argument, call)
    local thread = actions.thread_here()
    if not thread then
      return require("peon.tell")("peon: there is no thread here yet. :Peon new opens one.")
    end
    run(thread, argument, call)
  end
end

local function range_of(call)
  return call and call.range > 0 and { first = call.line1, last = call.line2 } or nil
end

--- Give a prompt to the thread at hand, or to a new one.
---@param written string
---@param source? peon.Source
---@param callback? fun(err?: peon.ErrorContent)
function M.send(written, source, callback)
  local function done(err)
    if callback then
      callback(err)
    elseif err then
      session.complain(err)
    end
  end
  session.ensure(function(failed)
    if failed then
      return done(failed)
    end
    actions.thread_or_new(function(thread_id)
      local thread = session.state.threads[thread_id]
      context.expand(written, source or context.source(), thread, function(err, expanded)
        if err then
          return done(err)
        end
        actions.send(thread_id, expanded, done)
      end)
    end)
  end)
end

local function send(argument, call)
  local source = context.source(range_of(call))
  if argument == "" then
    return actions.thread_or_new(function(thread_id)
      local buffer = prompt.open(thread_id, source)
      if range_of(call) then
        prompt.add(buffer, "@this ")
      end
    end)
  end
  if range_of(call) and #context.find(argument) == 0 then
    argument = argument .. "\n\n@this"
  end
  M.send(argument, source)
end

local function first_waiting(method)
  return function(reason)
    local approvals = require("peon.views.approvals")
    local waiting = approvals.waiting()[1]
    if not waiting then
      return require("peon.tell")("peon: nothing waits for you.")
    end
    local more = method == "action/reject" and reason ~= "" and { reason = reason } or nil
    approvals.answer(waiting, method, more)
  end
end

local function choose_turn(thread, argument)
  local number = tonumber(argument)
  for _, turn in ipairs(thread.turns) do
    if turn.number == number then
      return turn
    end
  end
end

local function modes()
  return vim.tbl_map(function(each)
    return each.mode
  end, actions.MODES)
end

local function show_log()
  vim.cmd.tabnew()
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].buftype = "nofile"
  vim.bo[buffer].bufhidden = "wipe"
  local lines = vim.iter(session.log):map(function(line)
    return vim.split(line, "\n")
  end)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines:flatten():totable())
  vim.api.nvim_buf_set_lines(buffer, -1, -1, false, {
    "",
    "The protocol's messages: :lua vim.lsp.log.set_level('debug'), then "
      .. vim.lsp.log.get_filename(),
  })
  vim.bo[buffer].modifiable = false
  vim.keymap.set("n", "q", "<Cmd>tabclose<CR>", { buffer = buffer, nowait = true })
end

--- Every subcommand.
---@type peon.Command[]
M.commands = {
  {
    name = "threads",
    text = "Show projects and threads, with what each is doing. `:Peon` alone does the same.",
    bare = true,
    run = function()
      require("peon.views.threads").open()
    end,
  },
  {
    name = "chat",
    text = "Show the chat of the thread at hand: the one of this buffer, the one last looked at, or the newest of this folder.",
    run = function()
      actions.thread_or_new(chat.open)
    end,
  },
  {
    name = "pick",
    text = "Choose a thread with the picker that `vim.ui.select` is.",
    run = function()
      actions.choose_thread()
    end,
  },
  {
    name = "new",
    args = "[agent]",
    text = "Open a new thread in the project of this folder, and write. With `!`, choose the agent.",
    run = function(argument, call)
      local function create(provider)
        actions.project_here(function(project_id)
          local given = provider and { provider = provider } or nil
          actions.create_thread(project_id, given, function(thread_id)
            prompt.open(thread_id)
          end)
        end)
      end
      if call.bang then
        actions.choose_provider(create)
      else
        create(argument ~= "" and argument or nil)
      end
    end,
  },
  {
    name = "prompt",
    text = "Write a prompt. With a range, it is given along as `@this`.",
    run = function(_, call)
      send("", call)
    end,
  },
  {
    name = "send",
    args = "[text]",
    text = "Send text to the thread at hand, or to a new one. With a range, those lines are given along. Without text, as `:Peon prompt`.",
    words = function()
      return vim.tbl_map(function(token)
        return (token.name:gsub("PATH$", ""))
      end, context.tokens)
    end,
    run = send,
  },
  {
    name = "stop",
    text = "Stop the turn in progress.",
    run = with_thread(function(thread)
      actions.stop(thread)
    end),
  },
  {
    name = "approvals",
    text = "Show what waits for your answer.",
    run = function()
      require("peon.views.approvals").open()
    end,
  },
  {
    name = "approve",
    text = "Allow what has waited longest, this once.",
    run = first_waiting("action/approve"),
  },
  {
    name = "reject",
    args = "[reason]",
    text = "Refuse what has waited longest.",
    run = first_waiting("action/reject"),
  },
  {
    name = "review",
    args = "[number]",
    text = "Review what a turn has changed, by default the last: a tab with the file before and after, every hunk below, and the same as a quickfix list.",
    run = with_thread(function(thread, argument)
      local turn = choose_turn(thread, argument)
      require("peon.views.review").open(thread.threadId, turn and turn.turnId)
    end),
  },
  {
    name = "accept",
    text = "In a review: accept the hunk at the cursor.",
    needs = "review/accept",
    run = function()
      require("peon.views.review").judge("accept")
    end,
  },
  {
    name = "refuse",
    args = "[comment]",
    text = "In a review: reject the hunk at the cursor, so that its file goes back; a comment is told to the agent.",
    needs = "review/reject",
    run = function(argument)
      require("peon.views.review").judge("reject", argument ~= "" and argument or nil)
    end,
  },
  {
    name = "checkpoints",
    text = "Choose a checkpoint, see what going back to it would do, and go back or not.",
    run = with_thread(function(thread)
      require("peon.views.checkpoints").choose(thread)
    end),
  },
  {
    name = "checkpoint",
    args = "{description}",
    text = "Keep the files as they are now.",
    run = with_thread(function(thread, argument)
      require("peon.views.checkpoints").create(thread, argument)
    end),
  },
  {
    name = "undo",
    args = "[number]",
    text = "See what undoing a turn and those after it would do, by default the last, and do it or not.",
    run = with_thread(function(thread, argument)
      require("peon.views.checkpoints").undo(thread, choose_turn(thread, argument))
    end),
  },
  {
    name = "commit",
    args = "[message]",
    text = "Commit the changes of the thread's folder. Without a message, write one.",
    run = with_thread(function(thread, argument)
      local commit = require("peon.views.commit")
      if argument == "" then
        commit.open(thread)
      else
        commit.commit(thread, argument)
      end
    end),
  },
  {
    name = "push",
    text = "Push the branch to where it tracks.",
    run = with_thread(function(thread)
      require("peon.views.commit").push(thread)
    end),
  },
  {
    name = "pr",
    text = "Open a pull request of the branch; its address goes to the clipboard.",
    needs = "git/pullRequest",
    run = with_thread(function(thread)
      require("peon.views.commit").pull_request(thread)
    end),
  },
  {
    name = "why",
    text = "Tell where the line at the cursor comes from: the turn, what was asked, and who allowed it.",
    needs = "why/line",
    run = function()
      require("peon.views.why").here()
    end,
  },
  {
    name = "queue",
    text = "Choose among the prompts that wait behind the turn: change, move, remove, or send one now.",
    needs = "turn/queue",
    run = with_thread(function(thread)
      require("peon.views.queue").choose(thread)
    end),
  },
  {
    name = "mode",
    args = "[mode]",
    text = "Choose what the agent may do without asking: plan, ask, edits, or full.",
    words = modes,
    run = with_thread(function(thread, argument)
      if argument == "" then
        return actions.choose_mode(thread)
      end
      session.request("thread/configure", { threadId = thread.threadId, mode = argument })
    end),
  },
  {
    name = "model",
    args = "{model}",
    text = "Choose the model from the next turn on.",
    run = with_thread(function(thread, argument)
      session.request("thread/configure", { threadId = thread.threadId, model = argument })
    end),
  },
  {
    name = "rename",
    args = "[title]",
    text = "Give the thread at hand another title.",
    run = with_thread(function(thread, argument)
      if argument == "" then
        return actions.rename_thread(thread)
      end
      session.request("thread/configure", { threadId = thread.threadId, title = argument })
    end),
  },
  {
    name = "archive",
    text = "Archive the thread at hand, or take it out of the archive.",
    run = with_thread(function(thread)
      actions.archive(thread)
    end),
  },
  {
    name = "compare",
    text = "Show the unsaved text of this buffer beside what its file holds now.",
    bare = true,
    run = function()
      require("peon.reload").compare()
    end,
  },
  {
    name = "restart",
    text = "Leave the server and start again with what is configured now.",
    bare = true,
    run = function()
      session.restart()
    end,
  },
  { name = "log", text = "Show what this client has done.", bare = true, run = show_log },
  {
    name = "health",
    text = "The same as `:checkhealth peon`.",
    bare = true,
    run = function()
      vim.cmd.checkhealth("peon")
    end,
  },
}

return M

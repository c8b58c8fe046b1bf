--- Subcommands about threads and what is said in them.

local common = require("peon.subcommands.common")

local actions = common.lazy("peon.actions")
local chat = common.lazy("peon.views.chat")
local context = common.lazy("peon.context")
local prompt = common.lazy("peon.views.prompt")
local session = common.lazy("peon.session")
local with_thread, range_of = common.with_thread, common.range_of

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
  require("peon.subcommands").send(argument, source)
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

local function modes()
  return vim.tbl_map(function(each)
    return each.mode
  end, actions.MODES)
end

---@type peon.Command[]
return {
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
    text = "Stop the turn in progress; between turns, as `:Peon cancel`.",
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
    name = "rules",
    text = "Choose among the project's rules, which settle what agents ask for: take one back, or add one.",
    needs = "rule/list",
    run = function()
      actions.project_here(function(project_id)
        require("peon.views.rules").choose(project_id)
      end)
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
    args = "[model]",
    text = "Choose the model from the next turn on, by its name or among those that the agent offers.",
    run = with_thread(function(thread, argument)
      if argument == "" then
        return require("peon.views.options").choose_model(thread)
      end
      session.request("thread/configure", { threadId = thread.threadId, model = argument })
    end),
  },
  {
    name = "options",
    text = "Choose what else the agent offers to be set, such as how long it thinks.",
    run = with_thread(function(thread)
      require("peon.views.options").choose(thread)
    end),
  },
  {
    name = "servers",
    args = "[thread|project]",
    text = "See and change the MCP servers that agents are given: those of the thread at hand, or those of the project, for all its threads that have none of their own. Without an argument, choose.",
    words = function()
      return { "thread", "project" }
    end,
    run = function(argument)
      require("peon.views.servers").choose(argument)
    end,
  },
  {
    name = "budget",
    args = "{tokens|cost|none}",
    text = "Choose how much the thread's turns may use together: tokens, as `200000`, or a cost, as `2.50`. What waits is held back when it is spent.",
    words = function()
      return { "none" }
    end,
    run = with_thread(function(thread, argument)
      actions.set_budget(thread, argument)
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
}

--- The keys of Peon's own buffers, as data: they are mapped, shown with `?`, and stand in the help.

local M = {}

---@class peon.Key
---@field lhs string
---@field action string What the view calls it.
---@field text string
---@field mode? string
---@field needs? string A method that the server must have.

---@type table<string, peon.Key[]>
M.keys = {
  threads = {
    { lhs = "<CR>", action = "open", text = "Open the thread, or fold the project." },
    { lhs = "a", action = "create", text = "Open a new thread in this project." },
    { lhs = "r", action = "rename", text = "Give the thread or project another title." },
    { lhs = "d", action = "archive", text = "Archive the thread, or take it out of the archive." },
    { lhs = "D", action = "delete", text = "Delete the thread or project." },
    { lhs = "A", action = "toggle_archived", text = "Show or hide archived threads." },
    {
      lhs = "f",
      action = "filter",
      text = "Show only threads whose title, agent or status holds some words.",
    },
    {
      lhs = "<C-c>",
      action = "stop",
      text = "Stop the turn in progress, or other work under way.",
    },
    { lhs = "ga", action = "approvals", text = "Answer what waits for you." },
    { lhs = "R", action = "refresh", text = "Read everything again." },
    { lhs = "q", action = "close", text = "Close the window." },
    { lhs = "?", action = "help", text = "Show these keys." },
  },
  chat = {
    { lhs = "i", action = "write", text = "Write a prompt." },
    { lhs = "<CR>", action = "write", text = "Write a prompt." },
    { lhs = "<Tab>", action = "fold", text = "Open or close the fold here." },
    { lhs = "o", action = "open_output", text = "Open all that the tool said, or its whole diff." },
    { lhs = "]]", action = "next_turn", text = "Go to the next turn." },
    { lhs = "[[", action = "previous_turn", text = "Go to the previous turn." },
    { lhs = "ga", action = "approvals", text = "Answer what waits for you." },
    { lhs = "gr", action = "review", text = "Review what this turn has changed." },
    {
      lhs = "gu",
      action = "undo",
      text = "Undo this turn and those after it: shows what that does.",
    },
    { lhs = "gc", action = "checkpoints", text = "Choose a checkpoint." },
    { lhs = "gm", action = "mode", text = "Choose what the agent may do without asking." },
    {
      lhs = "gq",
      action = "queue",
      text = "Change or remove what is queued.",
      needs = "turn/queue",
    },
    { lhs = "gf", action = "file", text = "Go to the file that the tool call here is about." },
    {
      lhs = "<C-c>",
      action = "stop",
      text = "Stop the turn in progress, or other work under way.",
    },
    { lhs = "q", action = "close", text = "Close the window." },
    { lhs = "?", action = "help", text = "Show these keys." },
  },
  prompt = {
    { lhs = "<CR>", action = "send", text = "Send it; while a turn is in progress, queue it." },
    { lhs = "<C-s>", action = "send", mode = "i", text = "Send it." },
    { lhs = "<C-s>", action = "send", text = "Send it." },
    {
      lhs = "<C-g>",
      action = "steer",
      mode = "ni",
      text = "Say it to the turn in progress.",
      needs = "turn/steer",
    },
    { lhs = "<C-p>", action = "older", mode = "ni", text = "Take an older prompt." },
    { lhs = "<C-n>", action = "newer", mode = "ni", text = "Take a newer prompt." },
    {
      lhs = "<C-c>",
      action = "stop",
      text = "Stop the turn in progress, or other work under way.",
    },
    { lhs = "q", action = "close", text = "Close the window; what was written stays." },
    { lhs = "?", action = "help", text = "Show these keys." },
  },
  approval = {
    { lhs = "a", action = "once", text = "Allow it, this once." },
    { lhs = "s", action = "session", text = "Allow it for this session.", needs = "rule/list" },
    {
      lhs = "A",
      action = "always",
      text = "Always allow it in this project.",
      needs = "rule/list",
    },
    { lhs = "c", action = "choose", text = "Choose among the answers that the agent offers." },
    { lhs = "r", action = "reject", text = "Refuse it." },
    { lhs = "R", action = "reject_because", text = "Refuse it, and say why." },
    { lhs = "<CR>", action = "answer", text = "Answer the field here, of a question." },
    { lhs = "gx", action = "page", text = "Open the page that is asked by, in a browser." },
    { lhs = "d", action = "diff", text = "Show the whole difference in a tab." },
    { lhs = "]a", action = "next", text = "Show the next that waits." },
    { lhs = "[a", action = "previous", text = "Show the previous that waits." },
    { lhs = "o", action = "open", text = "Open its thread." },
    { lhs = "q", action = "later", text = "Decide later." },
    { lhs = "<Esc>", action = "later", text = "Decide later." },
    { lhs = "<C-c>", action = "later", text = "Decide later." },
    { lhs = "?", action = "help", text = "Show these keys." },
  },
  review = {
    { lhs = "<CR>", action = "jump", text = "Go to the hunk in its file." },
    { lhs = "a", action = "accept", text = "Accept the hunk.", needs = "review/accept" },
    {
      lhs = "r",
      action = "reject",
      text = "Reject the hunk: the file goes back.",
      needs = "review/reject",
    },
    {
      lhs = "c",
      action = "comment",
      text = "Reject the hunk, and tell the agent why.",
      needs = "review/reject",
    },
    { lhs = "i", action = "ask", text = "Ask the agent for something about the hunk." },
    { lhs = "A", action = "accept_file", text = "Accept the whole file.", needs = "review/accept" },
    { lhs = "X", action = "reject_file", text = "Reject the whole file.", needs = "review/reject" },
    { lhs = "gA", action = "accept_turn", text = "Accept all of it.", needs = "review/accept" },
    { lhs = "gX", action = "reject_turn", text = "Reject all of it.", needs = "review/reject" },
    { lhs = "]c", action = "next", text = "Go to the next hunk." },
    { lhs = "[c", action = "previous", text = "Go to the previous hunk." },
    { lhs = "<Tab>", action = "fold", text = "Open or close the fold here." },
    { lhs = "q", action = "close", text = "Close the review." },
    { lhs = "?", action = "help", text = "Show these keys." },
  },
  checkpoint = {
    { lhs = "r", action = "restore", text = "Bring the files back." },
    {
      lhs = "c",
      action = "conversation",
      text = "Take the conversation back, and no file.",
      needs = "checkpoint/preview",
    },
    {
      lhs = "b",
      action = "both",
      text = "Take files and conversation back.",
      needs = "checkpoint/preview",
    },
    {
      lhs = "O",
      action = "overwrite",
      text = "Bring back also what somebody else has changed.",
      needs = "checkpoint/preview",
    },
    {
      lhs = "m",
      action = "mark",
      text = "Mark the file here, or not: only marked ones are brought back.",
    },
    { lhs = "q", action = "close", text = "Leave everything as it is." },
    { lhs = "<Esc>", action = "close", text = "Leave everything as it is." },
    { lhs = "<C-c>", action = "close", text = "Leave everything as it is." },
    { lhs = "?", action = "help", text = "Show these keys." },
  },
  servers = {
    { lhs = "<C-s>", action = "save", mode = "ni", text = "Let these be the servers." },
    { lhs = "q", action = "close", text = "Leave them as they were." },
    { lhs = "?", action = "help", text = "Show these keys." },
  },
  commit = {
    { lhs = "<C-s>", action = "commit", mode = "ni", text = "Commit with this message." },
    { lhs = "q", action = "close", text = "Leave without a commit." },
    { lhs = "?", action = "help", text = "Show these keys." },
  },
}

--- Those of a view that the server in front of us can serve.
---@param view string
---@return peon.Key[]
function M.available(view)
  local session = require("peon.session")
  return vim.tbl_filter(function(key)
    return key.needs == nil or session.supports(key.needs)
  end, M.keys[view])
end

--- Map the keys of a view in its buffer.
---@param view string
---@param buffer integer
---@param actions table<string, fun()>
function M.map(view, buffer, actions)
  for _, key in ipairs(M.keys[view]) do
    for mode in (key.mode or "n"):gmatch(".") do
      vim.keymap.set(mode, key.lhs, function()
        local session = require("peon.session")
        if key.action == "help" then
          M.show(view)
        elseif key.needs and not session.supports(key.needs) then
          require("peon.tell")("peon: this server cannot do that yet.", vim.log.levels.INFO)
        elseif actions[key.action] then
          actions[key.action]()
        end
      end, { buffer = buffer, nowait = true, silent = true, desc = key.text })
    end
  end
end

--- Show the keys of a view in a float, until one is pressed.
---@param view string
function M.show(view)
  local lines, width = {}, 0
  for _, key in ipairs(M.available(view)) do
    local line = (" %-7s %s "):format(key.lhs, key.text)
    table.insert(lines, line)
    width = math.max(width, vim.fn.strdisplaywidth(line))
  end
  local float = require("peon.views.float")
  local opened = float.open(lines, { title = "Keys", width = width, enter = true })
  for row, line in ipairs(lines) do
    float.highlight(opened.buffer, row - 1, 1, #line:match("^ %S+"), "PeonKey")
  end
  for _, lhs in ipairs({ "q", "<Esc>", "?", "<CR>", "<C-c>" }) do
    vim.keymap.set("n", lhs, opened.close, { buffer = opened.buffer, nowait = true })
  end
end

return M

--- The signs and colours of all views. No meaning is told by a colour alone.

local M = {}

local UNICODE = {
  running = "●",
  awaitingApproval = "?",
  streaming = "◌",
  completed = "✓",
  failed = "✗",
  interrupted = "■",
  cancelled = "■",
  rejected = "✗",
  accepted = "✓",
  pending = "◇",
  waiting = "◌",
  mixed = "◈",
  conflict = "!",
  idle = "○",
  archived = "▫",
  prompt = "❯",
  thought = "∴",
  plan = "☰",
  queued = "»",
  open = "▾",
  closed = "▸",
  rule = "─",
  branch = "⎇",
  done = "[x]",
  doing = "[~]",
  todo = "[ ]",
}

local ASCII = {
  running = "*",
  awaitingApproval = "?",
  streaming = ".",
  completed = "v",
  failed = "x",
  interrupted = "#",
  cancelled = "#",
  rejected = "x",
  accepted = "v",
  pending = "-",
  waiting = ".",
  mixed = "%",
  conflict = "!",
  idle = "o",
  archived = "_",
  prompt = ">",
  thought = "~",
  plan = "=",
  queued = "+",
  open = "-",
  closed = "+",
  rule = "-",
  branch = "on",
}

--- The sign of a status, or of what else has one. A status that is not known stands for itself.
---@param name string
---@return string
function M.of(name)
  local set = require("peon.config").get().ascii and ASCII or UNICODE
  return set[name] or UNICODE[name] or name
end

local GROUPS = {
  running = "PeonRunning",
  streaming = "PeonRunning",
  awaitingApproval = "PeonWaiting",
  completed = "PeonDone",
  accepted = "PeonDone",
  failed = "PeonFailed",
  rejected = "PeonFailed",
  conflict = "PeonFailed",
  pending = "PeonWaiting",
  waiting = "PeonRunning",
}

---@param status string
---@return string group
function M.group(status)
  return GROUPS[status] or "PeonMuted"
end

--- Every highlight group, and the standard one that it is linked to.
---@type {name: string, link: string, text: string}[]
M.highlights = {
  { name = "PeonPrompt", link = "CursorLine", text = "What a user has asked, in a chat." },
  { name = "PeonTitle", link = "Title", text = "Titles of projects and windows." },
  { name = "PeonTool", link = "Function", text = "What a tool call is called." },
  { name = "PeonRunning", link = "DiagnosticInfo", text = "At work." },
  { name = "PeonWaiting", link = "DiagnosticWarn", text = "Waits for you." },
  { name = "PeonDone", link = "DiagnosticOk", text = "Completed." },
  { name = "PeonFailed", link = "DiagnosticError", text = "Failed, or rejected." },
  { name = "PeonMuted", link = "Comment", text = "What is told beside the rest." },
  { name = "PeonAdded", link = "Added", text = "Added lines, and how many." },
  { name = "PeonRemoved", link = "Removed", text = "Removed lines, and how many." },
  { name = "PeonHunk", link = "Special", text = "The head of a hunk." },
  { name = "PeonPath", link = "Directory", text = "Names of files." },
  { name = "PeonKey", link = "Special", text = "Keys that may be pressed." },
}

local defined = false

--- Define the groups; what a user or a colour scheme has set is kept.
function M.define()
  if defined then
    return
  end
  defined = true
  for _, each in ipairs(M.highlights) do
    vim.api.nvim_set_hl(0, each.name, { link = each.link, default = true })
  end
  vim.api.nvim_create_autocmd("ColorScheme", {
    group = vim.api.nvim_create_augroup("peon.highlights", {}),
    callback = function()
      defined = false
      M.define()
    end,
  })
end

return M

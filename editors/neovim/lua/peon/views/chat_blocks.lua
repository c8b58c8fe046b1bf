--- What a chat shows, block by block: prompts, messages, reasoning, tool calls, plans, how turns
--- ended and what is queued. It reads the state and knows no window.

local items = require("peon.state.items")
local signs = require("peon.views.signs")
local text = require("peon.views.text")

local M = {}

--- How many lines of what a tool says are shown; the rest can be opened.
local OUTPUT_LINES = 40

---@class peon.ChatEntry
---@field key string
---@field kind "prompt"|"item"|"end"|"queue"|"empty"
---@field turn? peon.TurnState
---@field item? peon.ItemState
---@field message? peon.QueuedMessageView

--- The entries of a thread, in order.
---@param thread peon.ThreadState
---@return peon.ChatEntry[]
function M.entries(thread)
  local entries = {}
  for _, turn in ipairs(thread.turns) do
    table.insert(entries, { key = turn.turnId .. ":prompt", kind = "prompt", turn = turn })
    for _, item in ipairs(turn.items or {}) do
      table.insert(entries, { key = item.itemId, kind = "item", turn = turn, item = item })
    end
    table.insert(entries, { key = turn.turnId .. ":end", kind = "end", turn = turn })
  end
  for _, message in ipairs(thread.queue) do
    table.insert(entries, { key = message.messageId, kind = "queue", message = message })
  end
  if #entries == 0 then
    table.insert(entries, { key = "empty", kind = "empty" })
  end
  return entries
end

local function block(entry, lines, marks)
  return { key = entry.key, lines = lines, marks = marks or {}, data = entry }
end

local function hl(row, line, group)
  return { row = row, opts = { end_col = #line, hl_group = group, priority = 200 } }
end

local render = {}

function render.empty(entry)
  local lines = { "", "  Nothing was asked in this thread yet." }
  local keys = "  i writes a prompt, ? shows every key."
  table.insert(lines, keys)
  return block(entry, lines, { hl(1, lines[2], "PeonMuted"), hl(2, keys, "PeonMuted") })
end

--- What the user said, behind lines that are there already.
local function add_said(lines, marks, said)
  for index, line in ipairs(text.lines(said)) do
    table.insert(lines, (index == 1 and signs.of("prompt") or " ") .. " " .. line)
    table.insert(marks, { row = #lines - 1, opts = { line_hl_group = "PeonPrompt" } })
  end
end

function render.prompt(entry)
  local turn = entry.turn
  local lines, marks = turn.number > 1 and { "" } or {}, {}
  local first = #lines
  add_said(lines, marks, text.prompt(turn.prompt))
  local aside = { { text.clock(turn.startedAt), "PeonMuted" } }
  if turn.mode ~= "ask" then
    table.insert(aside, 1, { turn.mode .. " ", "PeonMuted" })
  end
  if turn.undone then
    table.insert(aside, 1, { "undone ", "PeonWaiting" })
  end
  table.insert(marks, { row = first, opts = { virt_text = aside, virt_text_pos = "right_align" } })
  return block(entry, lines, marks)
end

--- A message that ends inside a fence must not swallow what comes after it.
local function close_fence(lines)
  local open
  for _, line in ipairs(lines) do
    local ticks = line:match("^%s*(```+)")
    if ticks and not open then
      open = ticks
    elseif ticks and #ticks >= #open and line:match("^%s*```+%s*$") then
      open = nil
    end
  end
  table.insert(lines, open)
end

local function message(entry)
  local lines = text.lines(items.text(entry.item))
  if entry.item.status ~= "streaming" then
    close_fence(lines)
  end
  table.insert(lines, 1, "")
  local marks = {}
  if entry.item.status == "cancelled" then
    local cut = { { "broken off", "PeonMuted" } }
    table.insert(marks, { row = #lines - 1, opts = { virt_text = cut, virt_text_pos = "eol" } })
  end
  return block(entry, lines, marks)
end

--- What the agent was told while it was at work.
local function user_message(entry)
  local lines, marks = { "" }, {}
  add_said(lines, marks, items.text(entry.item))
  return block(entry, lines, marks)
end

local function reasoning(entry)
  local thoughts = text.lines(items.text(entry.item))
  local head = ("%s %s"):format(signs.of("thought"), text.clipped(thoughts[1] or ""))
  local lines, marks = { "", head }, { hl(1, head, "PeonMuted") }
  if #thoughts == 1 then
    return block(entry, lines, marks)
  end
  for index = 2, #thoughts do
    table.insert(lines, "  " .. thoughts[index])
    table.insert(marks, hl(#lines - 1, lines[#lines], "PeonMuted"))
  end
  local found = block(entry, lines, marks)
  found.folded = 1
  return found
end

local PLAN_SIGNS = { pending = "todo", inProgress = "doing", completed = "done" }

local function plan(entry)
  local lines, marks = { "", signs.of("plan") .. " Plan" }, {}
  table.insert(marks, hl(1, lines[2], "PeonTitle"))
  for _, step in ipairs(entry.item.entries) do
    local sign = signs.of(PLAN_SIGNS[step.status] or "todo")
    table.insert(lines, ("- %s %s"):format(sign, (step.content:gsub("\n", " "))))
    if step.status == "completed" then
      table.insert(marks, hl(#lines - 1, lines[#lines], "PeonMuted"))
    end
  end
  return block(entry, lines, marks)
end

--- The text that an item's content holds, and whether there is more of it elsewhere.
---@param item peon.ItemView
---@return string[] lines, boolean more
local function output(item)
  local lines, more = {}, false
  for _, content in ipairs(item.content or {}) do
    if content.type == "text" then
      vim.list_extend(lines, text.lines(content.text))
    elseif content.type == "stored" then
      vim.list_extend(lines, text.lines(content.preview or ""))
      more = true
    elseif content.type == "resource" then
      vim.list_extend(lines, text.lines(content.resource.text or content.resource.uri))
    elseif content.type == "resource_link" then
      table.insert(lines, content.uri)
    else
      table.insert(lines, ("(%s)"):format(content.type))
    end
  end
  return lines, more
end

M.output = output

--- What a tool's edits do, as lines of diffs with the files' names.
---@param edits peon.FileEdit[]
---@param root? string
---@return string[] lines, peon.Mark[] marks, integer added, integer removed
function M.edits(edits, root)
  local lines, marks, added, removed = {}, {}, 0, 0
  for _, edit in ipairs(edits) do
    local diff, plus, minus = text.diff(edit.oldText or "", edit.newText)
    table.insert(lines, text.path(edit.path, root) .. (edit.oldText and "" or " (new)"))
    table.insert(marks, hl(#lines - 1, lines[#lines], "PeonPath"))
    text.mark_diff(diff, #lines, marks)
    vim.list_extend(lines, diff)
    if edit.newStored or edit.oldStored then
      table.insert(lines, "… only the beginning is shown: the file is large.")
    end
    added, removed = added + plus, removed + minus
  end
  return lines, marks, added, removed
end

--- What stands beside the title of a tool call: how many lines, how it was answered, what it says.
local function aside(thread, item, added, removed)
  local chunks = {}
  if added + removed > 0 then
    table.insert(chunks, { ("+%d "):format(added), "PeonAdded" })
    table.insert(chunks, { ("-%d "):format(removed), "PeonRemoved" })
  end
  local decision = thread.decisions[item.itemId]
  if item.status == "awaitingApproval" then
    table.insert(chunks, { "waits for you ", "PeonWaiting" })
  elseif decision and decision.decision ~= "approved" then
    local reason = decision.reason and ": " .. decision.reason or ""
    table.insert(chunks, { decision.decision .. reason .. " ", "PeonFailed" })
  elseif item.status == "running" then
    table.insert(chunks, { "at work ", "PeonRunning" })
  elseif item.summary and added + removed == 0 then
    table.insert(chunks, { text.clipped(text.lines(item.summary)[1] or ""), "PeonMuted" })
  end
  return chunks
end

local function tool_body(item, root)
  local lines, marks, added, removed = M.edits(item.edits or {}, root)
  local said, more = output(item)
  local hidden = #said - OUTPUT_LINES
  if #lines > 0 and #said <= 1 then
    said = {} -- «Wrote 39 bytes» tells nothing beside a diff
  end
  for index = 1, math.min(#said, OUTPUT_LINES) do
    table.insert(lines, text.clipped(said[index]))
    table.insert(marks, hl(#lines - 1, lines[#lines], "PeonMuted"))
  end
  if hidden > 0 or more then
    local rest = hidden > 0 and text.many(hidden, "more line") or "more of it"
    table.insert(lines, ("… %s: o opens all"):format(rest))
    table.insert(marks, hl(#lines - 1, lines[#lines], "PeonMuted"))
  end
  return lines, marks, added, removed
end

local function tool(entry, before, context)
  local item = entry.item
  local after_tool = before and before.data.item and before.data.item.kind == "toolCall"
  local lines = after_tool and {} or { "" }
  local head = ("%s %s"):format(signs.of(item.status), (item.title or "…"):gsub("\n", " "))
  table.insert(lines, text.clipped(head))
  local row = #lines - 1
  local body, inner, added, removed = tool_body(item, context.root)
  local fence = text.fence(body)
  local marks = { hl(row, lines[row + 1], "PeonTool") }
  local sign = signs.of(item.status)
  table.insert(marks, {
    row = row,
    opts = { end_col = #sign, hl_group = signs.group(item.status), priority = 210 },
  })
  local beside = aside(context.thread, item, added, removed)
  if #beside > 0 then
    local opts = { virt_text = beside, virt_text_pos = "eol" }
    table.insert(marks, { row = row, opts = opts })
  end
  local found = block(entry, lines, marks)
  found.beside = beside
  if #body > 0 then
    table.insert(lines, fence)
    for _, mark in ipairs(inner) do
      table.insert(marks, { row = mark.row + #lines, opts = mark.opts })
    end
    vim.list_extend(lines, body)
    table.insert(lines, fence)
    found.folded = row
  end
  return found
end

local ITEMS = {
  message = message,
  userMessage = user_message,
  reasoning = reasoning,
  plan = plan,
  toolCall = tool,
}

function render.item(entry, before, context)
  return (ITEMS[entry.item.kind] or message)(entry, before, context)
end

local function usage(used)
  if not used or not (used.inputTokens or used.outputTokens) then
    return ""
  end
  local parts = {
    ("%s in"):format(text.count(used.inputTokens or 0)),
    ("%s out"):format(text.count(used.outputTokens or 0)),
    used.model,
  }
  if used.cost then
    table.insert(parts, ("%.4f %s"):format(used.cost.amount, used.cost.currency))
  end
  return " · " .. table.concat(parts, " · ")
end

render["end"] = function(entry, _, context)
  local turn = entry.turn
  local status = turn.status
  local told
  if status == "running" then
    if context.thread.status == "awaitingApproval" then
      status = "awaitingApproval"
      told = "waits for you · ga answers"
    else
      told = turn.interruptRequested and "stopping" or "at work · <C-c> stops it"
    end
  else
    local lasted = turn.endedAt and " · " .. text.duration(turn.startedAt, turn.endedAt) or ""
    told = status .. lasted .. usage(turn.usage)
  end
  local chunks = { { ("%s %s"):format(signs.of(status), told), signs.group(status) } }
  if status == "completed" or status == "interrupted" then
    chunks = { { signs.of(status) .. " ", signs.group(status) }, { told, "PeonMuted" } }
  end
  local lines = { "", "" }
  if turn.error then
    lines = { "", ("%s: %s"):format(turn.error.code, (turn.error.message:gsub("\n", " "))) }
    table.insert(lines, "")
  end
  local marks = {
    { row = #lines - 1, opts = { virt_text = chunks, virt_text_pos = "overlay" } },
  }
  if turn.error then
    table.insert(marks, hl(1, lines[2], "PeonFailed"))
  end
  return block(entry, lines, marks)
end

local function waits_how(queued, thread)
  if queued.steer then
    return "being told"
  end
  return thread.queueHeld and "held back" or "queued"
end

function render.queue(entry, _, context)
  local lines = { "" }
  for index, line in ipairs(text.lines(text.prompt(entry.message.prompt))) do
    table.insert(lines, (index == 1 and signs.of("queued") or " ") .. " " .. line)
  end
  local marks = {}
  for row = 1, #lines - 1 do
    table.insert(marks, hl(row, lines[row + 1], "PeonMuted"))
  end
  local queued = { { waits_how(entry.message, context.thread), "PeonWaiting" } }
  table.insert(marks, { row = 1, opts = { virt_text = queued, virt_text_pos = "right_align" } })
  return block(entry, lines, marks)
end

--- The block of an entry.
---@param entry peon.ChatEntry
---@param before? peon.Block The block that stands before it.
---@param context {thread: peon.ThreadState, root?: string}
---@return peon.Block
function M.render(entry, before, context)
  return render[entry.kind](entry, before, context)
end

return M

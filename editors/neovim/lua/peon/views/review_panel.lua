--- The list below a review: every file, every hunk with its lines and its verdict.

local signs = require("peon.views.signs")
local text = require("peon.views.text")

local M = {}

---@class peon.ReviewRow
---@field file peon.ReviewedFile
---@field hunk? peon.Hunk
---@field isHead? boolean

--- A hunk in a line: its verdict and what it changes first.
---@param hunk peon.Hunk
---@return string
function M.summary(hunk)
  local added, removed, first = 0, 0, nil
  for _, line in ipairs(hunk.lines) do
    local sign = line:sub(1, 1)
    added = added + (sign == "+" and 1 or 0)
    removed = removed + (sign == "-" and 1 or 0)
    first = first or ((sign == "+" or sign == "-") and vim.trim(line:sub(2)) ~= "" and line) or nil
  end
  local told = hunk.note or ("+%d -%d  %s"):format(added, removed, first or "")
  return ("[%s] %s"):format(hunk.status, text.clipped((told:gsub("\n", " "))))
end

--- The title of the panel: how much there is to look at.
---@param review peon.Review
---@return string
function M.winbar(review)
  local keys = review.canJudge
      and "a accepts · r rejects · c comments · i asks · ]c next · q closes · ?"
    or "]c next · <CR> jumps · q closes · ?"
  return ("%%#PeonTitle# Review · %s %%*%%=%%#PeonMuted#%s %%*"):format(
    text.many(#review.files, "file"),
    keys
  )
end

local function counts(file)
  local added, removed = 0, 0
  for _, hunk in ipairs(file.hunks) do
    for _, line in ipairs(hunk.lines) do
      added = added + (line:sub(1, 1) == "+" and 1 or 0)
      removed = removed + (line:sub(1, 1) == "-" and 1 or 0)
    end
  end
  return added, removed
end

local function add(out, line, row)
  table.insert(out.lines, line)
  table.insert(out.rows, row)
  return #out.lines - 1
end

local function mark(out, row, opts, col)
  table.insert(out.marks, { row = row, col = col, opts = opts })
end

local function add_file(out, file)
  local sign = signs.of(file.status)
  local renamed = file.oldPath and file.oldPath ~= file.path and file.oldPath .. " → " or ""
  local line = ("%s %s%s"):format(sign, renamed, file.path)
  local row = add(out, line, { file = file })
  local added, removed = counts(file)
  mark(out, row, { end_col = #line, hl_group = "PeonPath" })
  mark(out, row, { end_col = #sign, hl_group = signs.group(file.status), priority = 210 })
  mark(out, row, {
    virt_text = {
      { ("+%d "):format(added), "PeonAdded" },
      { ("-%d "):format(removed), "PeonRemoved" },
      { file.kind, "PeonMuted" },
    },
  })
end

local function add_hunk(out, file, hunk)
  local sign = signs.of(hunk.status)
  local head = hunk.note or hunk.header
  local line = ("  %s %s"):format(sign, text.clipped((head:gsub("\n", " "))))
  local row = add(out, line, { file = file, hunk = hunk, isHead = true })
  mark(out, row, { end_col = #line, hl_group = "PeonHunk" })
  mark(out, row, { end_col = 2 + #sign, hl_group = signs.group(hunk.status), priority = 210 }, 2)
  if hunk.status ~= "pending" then
    local group = signs.group(hunk.status)
    mark(out, row, { virt_text = { { hunk.status, group } }, virt_text_pos = "eol" })
  end
  for _, each in ipairs(hunk.lines) do
    local shown = "    " .. text.clipped(each)
    local at = add(out, shown, { file = file, hunk = hunk })
    local group = text.diff_group(each)
    if group then
      mark(out, at, { end_col = #shown, hl_group = group }, 4)
    end
  end
end

--- What the panel shows, and what stands in each of its lines.
---@param review peon.Review
---@return string[] lines, peon.Mark[] marks, peon.ReviewRow[] rows
function M.contents(review)
  local out = { lines = {}, marks = {}, rows = {} }
  for _, file in ipairs(review.files) do
    add_file(out, file)
    for _, hunk in ipairs(file.hunks) do
      add_hunk(out, file, hunk)
    end
  end
  return out.lines, out.marks, out.rows
end

return M

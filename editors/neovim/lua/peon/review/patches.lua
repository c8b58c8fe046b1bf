--- Hunks of unified diffs: taken apart, and taken back in a text. Pure.

local M = {}

---@class peon.Hunk
---@field hunkId? string
---@field path string
---@field oldStart integer
---@field newStart integer
---@field lines string[] As they stand in the diff, with their first character.
---@field header string
---@field status string
---@field note? string What it is, where it is no lines.

--- The hunks of a patch without a file's head.
---@param patch string
---@return {oldStart: integer, newStart: integer, header: string, lines: string[]}[]
function M.parse(patch)
  local found = {}
  local hunk
  for line in (patch .. "\n"):gmatch("(.-)\n") do
    local old, new = line:match("^@@ %-(%d+),?%d* %+(%d+),?%d* @@")
    if old then
      hunk = {
        oldStart = tonumber(old),
        newStart = tonumber(new),
        header = line,
        lines = {},
      }
      table.insert(found, hunk)
    elseif hunk and line:match("^[-+ \\]") then
      table.insert(hunk.lines, line)
    end
  end
  return found
end

--- The two sides of a hunk.
local function sides(lines)
  local old, new = {}, {}
  for _, line in ipairs(lines) do
    local first, rest = line:sub(1, 1), line:sub(2)
    if first == " " or first == "-" then
      table.insert(old, rest)
    end
    if first == " " or first == "+" then
      table.insert(new, rest)
    end
  end
  return old, new
end

local function stands_at(text, place, lines)
  for index, line in ipairs(lines) do
    if text[place + index - 1] ~= line then
      return false
    end
  end
  return true
end

--- Where lines stand in a text, nearest to where they are said to be.
local function find(text, lines, near)
  if #lines == 0 then
    return math.min(math.max(near, 1), #text + 1)
  end
  for distance = 0, #text do
    for _, place in ipairs({ near - distance, near + distance }) do
      if place >= 1 and place + #lines - 1 <= #text and stands_at(text, place, lines) then
        return place
      end
    end
  end
end

--- The text as it was before the hunks, as far as they are still there.
---@param text string[]
---@param hunks {newStart: integer, lines: string[], status?: string}[] in order
---@return string[] before, boolean whole Whether every hunk was found.
function M.reverse(text, hunks)
  local before = { unpack(text) }
  local whole = true
  for index = #hunks, 1, -1 do
    local hunk = hunks[index]
    local old, new = sides(hunk.lines)
    local place = hunk.status ~= "rejected" and find(before, new, hunk.newStart)
    if place then
      for _ = 1, #new do
        table.remove(before, place)
      end
      for offset, line in ipairs(old) do
        table.insert(before, place + offset - 1, line)
      end
    elseif hunk.status ~= "rejected" then
      whole = false
    end
  end
  return before, whole
end

--- The line at which a hunk changes something, which is not where it begins: of the new text, or
--- of the old one.
---@param hunk {oldStart: integer, newStart: integer, lines: string[]}
---@param side? "oldStart"|"newStart"
---@return integer
function M.first_changed(hunk, side)
  local line = hunk[side or "newStart"]
  for _, each in ipairs(hunk.lines) do
    if each:sub(1, 1) ~= " " then
      break
    end
    line = line + 1
  end
  return math.max(line, 1)
end

return M

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
---@field isHidden? boolean Whether it has lines, of which the server shows none.

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

--- What a hunk changes, without the lines around it, and the whole of it as it is now.
local function taken_apart(hunk)
  local first, last = 1, #hunk.lines
  while first <= last and hunk.lines[first]:sub(1, 1) == " " do
    first = first + 1
  end
  while last >= first and hunk.lines[last]:match("^[ \\]") do
    last = last - 1
  end
  local parts = { old = {}, new = {}, whole = {}, lead = first - 1 }
  for index, line in ipairs(hunk.lines) do
    local sign, rest = line:sub(1, 1), line:sub(2)
    local changes = index >= first and index <= last
    if changes and (sign == " " or sign == "-") then
      table.insert(parts.old, rest)
    end
    if changes and (sign == " " or sign == "+") then
      table.insert(parts.new, rest)
    end
    if sign == " " or sign == "+" then
      table.insert(parts.whole, rest)
    end
  end
  return parts
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

--- Where a hunk stands in a text, of which others may have changed the lines around it.
local function place_of(text, hunk, parts, shift)
  local near = hunk.newStart + shift
  local around = find(text, parts.whole, near)
  return around and around + parts.lead or find(text, parts.new, near + parts.lead)
end

--- The text as it was before the hunks, as far as they are still there. The lines around a hunk are
--- those of the text as the turn left it, so all are found before one is taken back.
---@param text string[]
---@param hunks {newStart: integer, lines: string[], status?: string}[] in order
---@return string[] before, boolean whole Whether every hunk was found.
function M.reverse(text, hunks)
  local before, found, whole, shift = { unpack(text) }, {}, true, 0
  for _, hunk in ipairs(hunks) do
    local parts = taken_apart(hunk)
    if hunk.status == "rejected" then
      shift = shift + #parts.old - #parts.new
    else
      parts.place = place_of(text, hunk, parts, shift)
      table.insert(found, parts.place and parts or nil)
      whole = whole and parts.place ~= nil and not hunk.isHidden
    end
  end
  table.sort(found, function(one, other)
    return one.place > other.place
  end)
  for _, parts in ipairs(found) do
    for _ = 1, #parts.new do
      table.remove(before, parts.place)
    end
    for offset, line in ipairs(parts.old) do
      table.insert(before, parts.place + offset - 1, line)
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

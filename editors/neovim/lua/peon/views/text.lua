--- Texts for people: numbers, durations, paths, diffs, and content of any kind as lines.

local M = {}

--- The longest line of a tool's output or of a diff that is shown whole.
local LONGEST_LINE = 400

---@param text string
---@return string[]
function M.lines(text)
  local lines = vim.split((text:gsub("\r\n?", "\n")), "\n", { plain = true })
  if #lines > 1 and lines[#lines] == "" then
    lines[#lines] = nil
  end
  return lines
end

--- A line that can be drawn fast.
---@param line string
---@return string
function M.clipped(line)
  if #line <= LONGEST_LINE then
    return line
  end
  local ending = LONGEST_LINE
  while ending > 1 and line:byte(ending + 1) >= 128 and line:byte(ending + 1) < 192 do
    ending = ending - 1
  end
  return line:sub(1, ending) .. " …"
end

--- The whole numbers of people: 12345 is 12.3k.
---@param number integer
---@return string
function M.count(number)
  if number < 1000 then
    return tostring(number)
  elseif number < 1e6 then
    return ("%.1fk"):format(number / 1e3)
  end
  return ("%.1fM"):format(number / 1e6)
end

---@param count integer
---@param word string
---@return string
function M.many(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

--- Seconds since 1970 of a time on the wire; fractions are kept.
---@param time string
---@return number
function M.seconds(time)
  local year, month, day, hour, minute, second =
    time:match("^(%d+)-(%d+)-(%d+)T(%d+):(%d+):([%d.]+)Z$")
  if not year then
    return 0
  end
  -- Days since 1970 of the proleptic Gregorian calendar, with March as the first month.
  local y, m = tonumber(year), tonumber(month)
  if m <= 2 then
    y, m = y - 1, m + 12
  end
  local days = 365 * y + math.floor(y / 4) - math.floor(y / 100) + math.floor(y / 400)
  days = days + math.floor((153 * (m - 3) + 2) / 5) + tonumber(day) - 719469
  return days * 86400 + hour * 3600 + minute * 60 + tonumber(second)
end

--- A time of day, or the date of another day.
---@param time string
---@param now? number
---@return string
function M.clock(time, now)
  local seconds = math.floor(M.seconds(time))
  local today = os.date("%Y-%m-%d", now or os.time())
  if os.date("%Y-%m-%d", seconds) == today then
    return tostring(os.date("%H:%M", seconds))
  end
  return tostring(os.date("%d %b", seconds))
end

---@param from string
---@param to string
---@return string
function M.duration(from, to)
  local seconds = math.max(0, M.seconds(to) - M.seconds(from))
  if seconds < 10 then
    return ("%.1f s"):format(seconds)
  elseif seconds < 90 then
    return ("%.0f s"):format(seconds)
  end
  return ("%d min %02d s"):format(math.floor(seconds / 60), math.floor(seconds % 60))
end

--- A path as it stands in its project, where it does.
---@param path string
---@param root? string
---@return string
function M.path(path, root)
  if root and vim.startswith(path, root .. "/") then
    return path:sub(#root + 2)
  end
  return path
end

--- A prompt as text; what is no text is named.
---@param prompt peon.Prompt
---@return string
function M.prompt(prompt)
  if type(prompt) == "string" then
    return prompt
  end
  local parts = {}
  for _, block in ipairs(prompt) do
    if block.type == "text" then
      table.insert(parts, block.text)
    elseif block.type == "resource" then
      table.insert(parts, ("[%s]"):format(block.resource.uri))
    elseif block.type == "resource_link" then
      table.insert(parts, ("[%s]"):format(block.name))
    else
      table.insert(parts, ("[%s]"):format(block.type))
    end
  end
  return table.concat(parts, "\n")
end

--- How a text became another: unified, without a file's head.
---@param old string
---@param new string
---@return string[] lines, integer added, integer removed
function M.diff(old, new)
  local unified = vim.diff(old, new, { result_type = "unified", ctxlen = 3 }) --[[@as string]]
  local lines = unified == "" and {} or M.lines(unified)
  local added, removed = 0, 0
  for index, line in ipairs(lines) do
    local first = line:sub(1, 1)
    added = added + (first == "+" and 1 or 0)
    removed = removed + (first == "-" and 1 or 0)
    lines[index] = M.clipped(line)
  end
  return lines, added, removed
end

local DIFF_GROUPS = { ["+"] = "PeonAdded", ["-"] = "PeonRemoved", ["@"] = "PeonHunk" }

--- The colour of a line of a diff.
---@param line string
---@return string?
function M.diff_group(line)
  return DIFF_GROUPS[line:sub(1, 1)]
end

--- Marks that colour the lines of a diff, which begin at `row`.
---@param lines string[]
---@param row integer
---@param marks peon.Mark[]
function M.mark_diff(lines, row, marks)
  for index, line in ipairs(lines) do
    local group = M.diff_group(line)
    if group then
      table.insert(marks, {
        row = row + index - 1,
        opts = { end_col = #line, hl_group = group, priority = 200 },
      })
    end
  end
end

--- A fence that the lines do not contain.
---@param lines string[]
---@return string
function M.fence(lines)
  local longest = 2
  for _, line in ipairs(lines) do
    local ticks = line:match("^%s*(```+)")
    longest = math.max(longest, ticks and #ticks or 0)
  end
  return ("`"):rep(longest + 1)
end

return M

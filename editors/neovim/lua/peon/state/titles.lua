--- What an untitled thread is called, as the server calls it: the first line of its first prompt.
--- Pure.

local M = {}

local UNTITLED = "New thread"
--- How many characters a title that is made of a prompt has at most.
local LONGEST = 60

--- The texts that a user typed, without what was attached.
---@param prompt peon.Prompt
---@return string[]
function M.texts_of(prompt)
  if type(prompt) == "string" then
    return { prompt }
  end
  local texts = {}
  for _, block in ipairs(prompt) do
    table.insert(texts, block.type == "text" and block.text or nil)
  end
  return texts
end

--- The first characters of a text, whole ones.
local function shortened(text, count)
  local length, starts = 0, {}
  for place in text:gmatch("()[^\128-\191][\128-\191]*") do
    length = length + 1
    starts[length] = place
  end
  if length <= count then
    return text
  end
  return (text:sub(1, starts[count] - 1):gsub("%s+$", "")) .. "…"
end

---@param prompt peon.Prompt
---@return string
function M.title_of(prompt)
  for _, text in ipairs(M.texts_of(prompt)) do
    for line in text:gmatch("[^\r\n\v\f]+") do
      local found = line:match("^%s*(.-)%s*$")
      if found ~= "" then
        return shortened(found, LONGEST)
      end
    end
  end
  return UNTITLED
end

return M

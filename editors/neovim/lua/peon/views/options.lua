--- What an agent's session can be set to: its model, and whatever else it offers.

local session = require("peon.session")

local M = {}

local function value_of(option)
  for _, choice in ipairs(option.choices or {}) do
    if choice.value == option.value then
      return choice.name
    end
  end
  if option.kind == "boolean" then
    return option.value and "on" or "off"
  end
  return tostring(option.value or "not set")
end

local function set(thread, option, value)
  local params = { threadId = thread.threadId }
  if option.category == "model" then
    params.model = value
  else
    params.options = { [option.optionId] = value }
  end
  session.request("thread/configure", params)
end

--- What an option can be set to. One that the thread has chosen can be left to the agent again.
local function values_of(thread, option)
  local values = vim.deepcopy(option.choices or {})
  if option.kind == "boolean" then
    values = { { name = "on", value = true }, { name = "off", value = false } }
  end
  if option.category ~= "model" and thread.chosenOptions[option.optionId] ~= nil then
    table.insert(values, { name = "leave it to the agent", value = vim.NIL })
  end
  return values
end

local function choose_value(thread, option)
  vim.ui.select(values_of(thread, option), {
    prompt = option.name,
    kind = "peon-option",
    format_item = function(choice)
      local now = choice.value == option.value and " (now)" or ""
      local more = choice.description and ": " .. choice.description or ""
      return choice.name .. more .. now
    end,
  }, function(choice)
    if choice then
      set(thread, option, choice.value)
    end
  end)
end

--- Those of a thread that can be set. Modes of an agent's own are not: ours decide what may pass.
---@param thread peon.ThreadState
---@return peon.SessionOption[]
function M.settable(thread)
  return vim.tbl_filter(function(option)
    local has_choice = option.kind == "boolean" or #(option.choices or {}) > 0
    return option.category ~= "mode" and has_choice
  end, thread.options or {})
end

local function nothing()
  require("peon.tell")(
    "peon: the agent offers nothing to be set, or has not told yet.",
    vim.log.levels.INFO
  )
end

--- Choose one of a thread's options, and then its value.
---@param thread peon.ThreadState
function M.choose(thread)
  local options = M.settable(thread)
  if #options == 0 then
    return nothing()
  end
  vim.ui.select(options, {
    prompt = "Options",
    kind = "peon-option",
    format_item = function(option)
      return ("%s: %s"):format(option.name, value_of(option))
    end,
  }, function(option)
    if option then
      choose_value(thread, option)
    end
  end)
end

--- Choose among the models that a thread's agent offers.
---@param thread peon.ThreadState
function M.choose_model(thread)
  for _, option in ipairs(M.settable(thread)) do
    if option.category == "model" then
      return choose_value(thread, option)
    end
  end
  nothing()
end

return M

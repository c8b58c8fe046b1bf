--- What is shown of one action: the wish in words, the command, the difference, the questions.

local chat_blocks = require("peon.views.chat_blocks")
local keys = require("peon.views.keys")
local signs = require("peon.views.signs")
local text = require("peon.views.text")

local M = {}

local namespace = vim.api.nvim_create_namespace("peon.approval")

local WISHES = {
  edit = "wants to edit",
  delete = "wants to delete",
  move = "wants to move",
  execute = "wants to run a command",
  fetch = "wants to fetch",
  read = "wants to read",
  search = "wants to search",
  switchMode = "wants to change its mode",
  question = "asks",
}

--- What the agent wants, in words.
---@param action peon.PendingActionView
---@return string
function M.wish(action)
  return WISHES[action.kind] or "wants to go on"
end

--- The item that an action is about.
---@param waiting peon.Waiting
---@return peon.ItemState?
function M.item(waiting)
  local turn = waiting.thread.turnById[waiting.action.turnId]
  return turn and turn.itemById[waiting.action.itemId]
end

--- The question of a page of the web that a user is to go to, and its address, which ends the
--- title. What was taken out of it as a secret leaves no address.
---@param action peon.PendingActionView
---@return string? address
---@return string? words
function M.page(action)
  local words, address = (action.title or ""):match("^(.-):?%s+(https?://[%w%p]+)$")
  local is_other = address and (address:find('[%[%]<>"`]') or address:match("//[^/?#]*@"))
  if address and action.kind == "question" and not is_other then
    return address, words
  end
end

local function command_of(action, item)
  if action.command then
    return action.command
  end
  local input = item and item.input
  local command = type(input) == "table" and input.command
  if type(command) == "table" then
    command = table.concat(vim.tbl_map(tostring, command), " ")
  end
  return type(command) == "string" and command or nil
end

local function shown_value(field, value)
  if value == nil then
    return field.required and "(wants an answer)" or "(nothing)"
  elseif field.secret then
    return "••••"
  elseif type(value) == "table" then
    return table.concat(vim.tbl_map(tostring, value), ", ")
  end
  return tostring(value)
end

---@class peon.ApprovalContent
---@field lines string[]
---@field marks peon.Mark[]
---@field width integer
---@field fieldRows table<integer, table> The question at a line.
---@field wrongRow? integer The first field whose answer was not taken.

local function add(content, line, group)
  table.insert(content.lines, line)
  if group then
    local opts = { end_col = #line, hl_group = group }
    table.insert(content.marks, { row = #content.lines - 1, opts = opts })
  end
end

--- The title; the whole address of a page stands on lines of its own, however long it is.
local function add_title(content, action)
  local address, words = M.page(action)
  local title = (words or action.title):gsub("\n", " ")
  add(content, "  " .. text.clipped(title), "PeonTool")
  local width = math.max(20, vim.o.columns - 12)
  for from = 1, #(address or ""), width do
    add(content, "  " .. address:sub(from, from + width - 1), "PeonWaiting")
  end
  if address then
    add(content, "  gx opens it, a says that you go there", "PeonMuted")
  end
end

--- By what a person is asked, where it is not the mode: a rule has an id, and no blank in it.
local function add_reason(content, action)
  local name = vim.tbl_get(action, "askedBy", "name")
  if name then
    local is_rule = not name:find(" ")
    local words = is_rule and "a rule of the project asks for this" or "it is about " .. name
    add(content, "  " .. words, "PeonMuted")
  end
end

local function add_fields(content, action, answers, problems)
  for _, field in ipairs(action.fields or {}) do
    if field.description then
      add(content, "  " .. field.description, "PeonMuted")
    end
    add(content, ("  %s: %s"):format(field.label, shown_value(field, answers[field.name])))
    content.fieldRows[#content.lines] = field
    if problems[field.name] then
      content.wrongRow = content.wrongRow or #content.lines
      add(content, ("    %s %s"):format(signs.of("failed"), problems[field.name]), "PeonFailed")
    end
  end
  if #(action.fields or {}) > 0 then
    add(content, "")
    add(content, "  <CR> answers the line, a sends it", "PeonMuted")
  end
end

--- What the float shows.
---@param waiting peon.Waiting
---@param answers table<string, any>
---@param problems? table<string, string> Why the answer to a field was not taken.
---@return peon.ApprovalContent
function M.content(waiting, answers, problems)
  local action, item = waiting.action, M.item(waiting)
  local content = { lines = {}, marks = {}, fieldRows = {}, width = 56 }
  add(content, "")
  add_title(content, action)
  add(content, ("  in «%s»"):format(waiting.thread.title), "PeonMuted")
  add_reason(content, action)
  local command = command_of(action, item)
  if command then
    add(content, "")
    for _, line in ipairs(text.lines(command)) do
      add(content, "  $ " .. line, "PeonWaiting")
    end
  end
  local edits = item and item.edits or {}
  if #edits > 0 then
    local root = require("peon.views.chat").root_of(waiting.thread)
    local lines, marks = chat_blocks.edits(edits, root)
    add(content, "")
    for _, mark in ipairs(marks) do
      local opts = vim.tbl_extend("force", mark.opts, { end_col = mark.opts.end_col + 2 })
      table.insert(content.marks, { row = mark.row + #content.lines, opts = opts })
    end
    for _, line in ipairs(lines) do
      add(content, "  " .. line)
    end
  end
  add(content, "")
  add_fields(content, action, answers, problems or {})
  for _, line in ipairs(content.lines) do
    content.width = math.max(content.width, vim.fn.strdisplaywidth(line) + 2)
  end
  return content
end

--- Draw the colours of what is shown.
---@param buffer integer
---@param content peon.ApprovalContent
function M.paint(buffer, content)
  for _, mark in ipairs(content.marks) do
    vim.api.nvim_buf_set_extmark(buffer, namespace, mark.row, mark.col or 0, mark.opts)
  end
end

--- The answers that a question begins with.
---@param action peon.PendingActionView
---@return table<string, any>
function M.defaults(action)
  local answers = {}
  for _, field in ipairs(action.fields or {}) do
    answers[field.name] = field.default
  end
  return answers
end

--- How far an approval may reach is said by the action.
---@param action peon.PendingActionView
---@param scope peon.Scope
---@return boolean
function M.reaches(action, scope)
  return vim.list_contains(action.scopes or { "once" }, scope)
end

--- The keys that answer an action.
---@param action peon.PendingActionView
---@return string
function M.footer(action)
  local parts = {}
  local names = {
    once = "allow",
    session = "session",
    always = "always",
    reject = "reject",
    later = "later",
  }
  for _, key in ipairs(keys.available("approval")) do
    local is_scope = key.action == "session" or key.action == "always"
    local fits = not is_scope or M.reaches(action, key.action)
    if names[key.action] and fits and not key.lhs:find("^<") then
      table.insert(parts, ("%s %s"):format(key.lhs, names[key.action]))
    end
  end
  return table.concat(parts, " · ")
end

--- The answers of which nothing is secret.
---@param action peon.PendingActionView
---@param answers table<string, any>
---@return table<string, any>
function M.without_secrets(action, answers)
  local kept = vim.deepcopy(answers)
  for _, field in ipairs(action.fields or {}) do
    if field.secret then
      kept[field.name] = nil
    end
  end
  return kept
end

--- Why answers were not taken, field by field.
---@param err peon.ErrorContent
---@return table<string, string>
function M.problems(err)
  local problems = {}
  for _, each in ipairs(err.kind == "action.answersInvalid" and err.details.problems or {}) do
    problems[each.field] = problems[each.field] or each.reason
  end
  return problems
end

--- The line of the first field behind a line; behind the last, the last.
---@param content peon.ApprovalContent
---@param row integer
---@return integer?
function M.next_field(content, row)
  local rows = vim.tbl_keys(content.fieldRows)
  table.sort(rows)
  for _, each in ipairs(rows) do
    if each > row then
      return each
    end
  end
  return rows[#rows]
end

--- The label of the first field that has no answer and wants one.
---@param action peon.PendingActionView
---@param answers table<string, any>
---@return string?
function M.missing(action, answers)
  for _, field in ipairs(action.fields or {}) do
    if field.required and answers[field.name] == nil then
      return field.label
    end
  end
end

local function choose(field, callback)
  vim.ui.select(field.choices, {
    prompt = field.label,
    kind = "peon-question",
    format_item = function(choice)
      return choice.label
    end,
  }, function(choice)
    if choice then
      callback(choice.value)
    end
  end)
end

local function toggle(field, value, callback)
  choose(field, function(chosen)
    local values = vim.deepcopy(value or {})
    for index, each in ipairs(values) do
      if each == chosen then
        table.remove(values, index)
        return callback(values)
      end
    end
    table.insert(values, chosen)
    callback(values)
  end)
end

--- Ask for the answer to one field.
---@param field table
---@param value any
---@param callback fun(value: any)
function M.ask(field, value, callback)
  if field.kind == "boolean" then
    return callback(not value)
  elseif field.kind == "choice" then
    return choose(field, callback)
  elseif field.kind == "choices" then
    return toggle(field, value, callback)
  elseif field.secret then
    local given = vim.fn.inputsecret(field.label .. ": ")
    return given ~= "" and callback(given)
  end
  local default = value ~= nil and tostring(value) or ""
  vim.ui.input({ prompt = field.label .. ": ", default = default }, function(given)
    if given == nil then
      return
    elseif field.kind == "text" then
      return callback(given)
    end
    local number = tonumber(given)
    local is_finite = number ~= nil and math.abs(number) < math.huge
    local fits = is_finite and (field.kind ~= "integer" or number % 1 == 0)
    if fits then
      return callback(number)
    end
    require("peon.tell")(("peon: «%s» wants a number."):format(field.label), vim.log.levels.WARN)
  end)
end

return M

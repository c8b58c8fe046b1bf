--- `:Peon`: finds the subcommand, sees that it can be had, and runs it.

local session = setmetatable({}, {
  __index = function(_, name)
    return require("peon.session")[name]
  end,
})

local M = {}

local function all()
  return require("peon.subcommands").commands
end

local function find(name)
  for _, command in ipairs(all()) do
    if command.name == name then
      return command
    end
  end
end

--- Those that the server in front of us can serve; before it is known, those that any can.
local function offered()
  return vim.tbl_filter(function(command)
    return not command.needs or session.supports(command.needs)
  end, all())
end

local function start(command, argument, call)
  if command.bare then
    return command.run(argument, call)
  end
  session.ensure(function(err)
    if err then
      return session.complain(err)
    elseif command.needs and not session.supports(command.needs) then
      return require("peon.tell")("peon: this server cannot do that yet.", vim.log.levels.INFO)
    end
    command.run(argument, call)
  end)
end

--- Run `:Peon`.
---@param call vim.api.keyset.create_user_command.command_args
function M.run(call)
  local name, bang, argument = call.args:match("^([^%s!]*)(!?)%s*(.*)$")
  call.bang = call.bang or bang ~= ""
  local command = find(name ~= "" and name or call.range > 0 and "prompt" or "threads")
  if not command then
    local told = "peon: :Peon %s is unknown. :help peon-commands lists what there is."
    return require("peon.tell")(told:format(name), vim.log.levels.ERROR)
  end
  if command.args and command.args:sub(1, 1) == "{" and argument == "" then
    local told = "peon: :Peon %s %s wants an argument."
    return require("peon.tell")(told:format(name, command.args), vim.log.levels.ERROR)
  end
  require("peon.app").begin()
  start(command, argument, call)
end

--- Complete `:Peon`.
---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local name = line:match("Peon!?%s+([^%s!]+)!?%s")
  local words
  if name then
    local command = find(name)
    words = command and command.words and command.words() or {}
  else
    words = vim.tbl_map(function(command)
      return command.name
    end, offered())
  end
  return vim.tbl_filter(function(word)
    return vim.startswith(word, lead)
  end, words)
end

return M

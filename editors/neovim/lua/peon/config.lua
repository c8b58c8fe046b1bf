--- What users may set, and what they have set: `vim.g.peon`, a table or a function that gives one.
--- It is read when something of Peon is first used, and checked then.

local M = {}

---@class peon.Option
---@field name string Dots lead into nested tables.
---@field kind string A Lua type, "strings" for a list of them, or "a|b" for one of these words.
---@field default any
---@field text string What it is for; `:help` is made of these.

--- Every option.
---@type peon.Option[]
M.options = {
  {
    name = "cmd",
    kind = "strings",
    text = "The command that serves. Where it is not set, `peon` on PATH is taken, else the one that this plugin was installed with.",
  },
  {
    name = "state_dir",
    kind = "string",
    text = "The folder in which the server keeps its state, if not where the system keeps such things. Editors with the same one share their threads.",
  },
  {
    name = "provider",
    kind = "string",
    text = "The kind of agent for new threads, such as `claude` or `codex`. Where it is not set, the project's default, else the first that is installed.",
  },
  {
    name = "agents",
    kind = "table",
    text = "Agents of your own: a table from a name to `{ command = …, args = { … }, env = { … } }`. One that the server knows is changed, key by key. It holds for the server, so for every editor on it.",
  },
  { name = "model", kind = "string", text = "The model for new threads." },
  {
    name = "mode",
    kind = "plan|ask|edits|full",
    text = "What an agent may do in new threads without asking.",
  },
  {
    name = "layout.threads_width",
    kind = "number",
    default = 38,
    text = "The width of the window with the threads.",
  },
  {
    name = "layout.chat_width",
    kind = "number",
    default = 0.45,
    text = "The width of a chat: columns, or below 1 a part of the editor.",
  },
  {
    name = "layout.prompt_height",
    kind = "number",
    default = 6,
    text = "The height of the window that one writes in.",
  },
  {
    name = "approvals.popup",
    kind = "boolean",
    default = true,
    text = "Whether what an agent asks for opens by itself. Without it, `:Peon approvals` does.",
  },
  {
    name = "approvals.idle_ms",
    kind = "number",
    default = 700,
    text = "How long no key must have been pressed before it opens, in milliseconds, so that nothing is answered by what one was typing.",
  },
  {
    name = "reload",
    kind = "boolean",
    default = true,
    text = "Whether buffers are read again when an agent has changed their files. Those with unsaved changes are never touched; you are told.",
  },
  {
    name = "ascii",
    kind = "boolean",
    default = false,
    text = "Whether signs are plain letters, for fonts without others.",
  },
}

---@class peon.Config
---@field cmd? string[]
---@field state_dir? string
---@field provider? string
---@field agents? table<string, table>
---@field model? string
---@field mode? peon.Mode
---@field layout {threads_width: number, chat_width: number, prompt_height: number}
---@field approvals {popup: boolean, idle_ms: number}
---@field reload boolean
---@field ascii boolean

local function place(holder, name, value)
  local parts = vim.split(name, ".", { plain = true })
  for index = 1, #parts - 1 do
    holder[parts[index]] = holder[parts[index]] or {}
    holder = holder[parts[index]]
  end
  holder[parts[#parts]] = value
end

--- Why a value does not fit its option, if it does not.
local function misfit(option, value)
  if option.kind == "strings" then
    if not vim.islist(value) or #value == 0 then
      return "must be a list of strings"
    end
    for _, each in ipairs(value) do
      if type(each) ~= "string" then
        return "must be a list of strings"
      end
    end
  elseif option.kind:find("|", 1, true) then
    if not vim.list_contains(vim.split(option.kind, "|"), value) then
      return ("must be one of %s"):format(option.kind:gsub("|", ", "))
    end
  elseif type(value) ~= option.kind then
    return ("must be a %s, and is a %s"):format(option.kind, type(value))
  end
end

--- Every value that a user has set, by the dotted name of its option.
local function flat(given, prefix, found)
  for key, value in pairs(given) do
    local name = prefix .. tostring(key)
    local nested = vim.iter(M.options):any(function(option)
      return vim.startswith(option.name, name .. ".")
    end)
    if nested and type(value) == "table" then
      flat(value, name .. ".", found)
    else
      found[name] = value
    end
  end
  return found
end

--- The configuration that `given` makes, and what is wrong with it. What is wrong is left out.
---@param given any
---@return peon.Config config, string[] problems
function M.resolve(given)
  local config, problems = {}, {}
  for _, option in ipairs(M.options) do
    place(config, option.name, option.default)
  end
  if type(given) ~= "table" then
    return config, { ("vim.g.peon must be a table or a function, and is a %s"):format(type(given)) }
  end
  local by_name = {}
  for _, option in ipairs(M.options) do
    by_name[option.name] = option
  end
  for name, value in vim.spairs(flat(given, "", {})) do
    local option = by_name[name]
    local problem = option and misfit(option, value) or not option and "is no option of Peon"
    if problem then
      table.insert(problems, ("vim.g.peon.%s %s"):format(name, problem))
    else
      place(config, name, value)
    end
  end
  return config, problems
end

--- What the user has set, as it is.
---@return any
function M.given()
  local given = vim.g.peon
  if type(given) == "function" then
    given = given()
  end
  return given == nil and {} or given
end

local resolved ---@type peon.Config?

--- The configuration. What is wrong with it is told once.
---@return peon.Config
function M.get()
  if not resolved then
    local problems
    resolved, problems = M.resolve(M.given())
    if #problems > 0 then
      require("peon.tell")(
        ("peon: %s. See :help peon-options"):format(table.concat(problems, "; ")),
        vim.log.levels.WARN
      )
    end
  end
  return resolved
end

--- Read `vim.g.peon` again when it is next asked for.
function M.forget()
  resolved = nil
end

return M

--- The subcommands of `:Peon`, as data: they are run, completed, and stand in the help.

local M = {}

---@class peon.Command
---@field name string
---@field args? string How its arguments are told in the help.
---@field text string
---@field needs? string A method that the server must have; without it, it is not offered.
---@field bare? boolean Whether it runs without the server's state.
---@field words? fun(): string[] What its argument is completed with.
---@field run fun(argument: string, call: vim.api.keyset.create_user_command.command_args)

local common = require("peon.subcommands.common")

local actions = common.lazy("peon.actions")
local context = common.lazy("peon.context")
local session = common.lazy("peon.session")

--- Give a prompt to the thread at hand, or to a new one.
---@param written string
---@param source? peon.Source
---@param callback? fun(err?: peon.ErrorContent)
function M.send(written, source, callback)
  local function done(err)
    if callback then
      callback(err)
    elseif err then
      session.complain(err)
    end
  end
  session.ensure(function(failed)
    if failed then
      return done(failed)
    end
    actions.thread_or_new(function(thread_id)
      local thread = session.state.threads[thread_id]
      context.expand(written, source or context.source(), thread, function(err, expanded)
        if err then
          return done(err)
        end
        actions.send(thread_id, expanded, done)
      end)
    end)
  end)
end

--- Every subcommand.
---@type peon.Command[]
M.commands = {}

for _, group in ipairs({ "conversation", "workspace", "editor" }) do
  vim.list_extend(M.commands, require("peon.subcommands." .. group))
end

return M

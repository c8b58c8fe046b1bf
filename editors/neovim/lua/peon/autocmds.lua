--- A User autocommand for every event, and for what becomes of the connection.

local session = require("peon.session")

local M = {}

--- The pattern of a type of event: `turn.completed` is `PeonTurnCompleted`.
---@param kind string
---@return string
function M.pattern(kind)
  return "Peon" .. kind:gsub("^%l", string.upper):gsub("%.(%l)", string.upper)
end

local function fire(pattern, data)
  vim.api.nvim_exec_autocmds("User", { pattern = pattern, data = data, modeline = false })
end

--- Fire them from now on. The data of an event is the event with its envelope.
function M.listen()
  session.on("event", function(event)
    fire(M.pattern(event.type), event)
  end)
  session.on("status", function(status)
    fire("PeonStatusChanged", { status = status, why = session.client.why })
    vim.cmd.redrawstatus({ bang = true })
  end)
  session.on("event", function(event)
    if event.type ~= "item.recorded" then
      vim.cmd.redrawstatus({ bang = true })
    end
  end)
end

return M

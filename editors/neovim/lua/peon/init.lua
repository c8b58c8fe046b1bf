--- What users and other plugins may call. Nothing else of Peon is a promise.

local M = {}

--- Set the configuration; the same as setting `vim.g.peon`. Nobody has to call it.
---@param config table|fun(): table
function M.setup(config)
  vim.g.peon = config
  if package.loaded["peon.config"] then
    require("peon.config").forget()
  end
end

--- For a statusline: what waits for you and what is at work; nothing while Peon is not in use.
---@return string
function M.statusline()
  local session = package.loaded["peon.session"]
  if not session or session.client.status == "stopped" then
    return ""
  end
  local signs = require("peon.views.signs")
  if session.client.status ~= "ready" then
    return "peon " .. (session.client.status == "failed" and signs.of("failed") or "…")
  end
  local selectors = require("peon.state.selectors")
  local waiting = #selectors.waiting(session.state)
  local running = selectors.running_count(session.state)
  local parts = { "peon" }
  if waiting > 0 then
    table.insert(parts, ("%s%d"):format(signs.of("awaitingApproval"), waiting))
  end
  if running > 0 then
    table.insert(parts, ("%s%d"):format(signs.of("running"), running))
  end
  if session.health and session.health.health ~= "ok" then
    table.insert(parts, session.health.health)
  end
  return table.concat(parts, " ")
end

--- Give a prompt to the thread at hand, or to a new one. Tokens such as `@this` are understood.
---@param prompt string
---@param callback? fun(err?: peon.ErrorContent)
function M.send(prompt, callback)
  require("peon.app").begin()
  require("peon.subcommands").send(prompt, nil, callback)
end

--- Ask the server anything that the protocol has; it is started where it does not run.
---@param method string
---@param params? table
---@param callback? fun(err?: peon.ErrorContent, result?: any)
function M.request(method, params, callback)
  require("peon.app").begin()
  local session = require("peon.session")
  session.ensure(function(err)
    if err and callback then
      return callback(err)
    elseif err then
      return session.complain(err)
    end
    session.request(method, params, callback)
  end)
end

--- What the server has told. To be read, not written.
---@return peon.State
function M.state()
  return require("peon.session").state
end

return M

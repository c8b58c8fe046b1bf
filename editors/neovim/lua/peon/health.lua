--- `:checkhealth peon`.

local M = {}

local OLDEST = "nvim-0.11"

local function look_at_editor()
  vim.health.start("Editor")
  local version = tostring(vim.version())
  if vim.fn.has(OLDEST) == 1 then
    vim.health.ok("Neovim " .. version)
  else
    vim.health.error("Neovim " .. version .. " is too old", { "Install Neovim 0.11 or later." })
  end
  for _, language in ipairs({ "markdown", "markdown_inline" }) do
    if pcall(vim.treesitter.language.inspect, language) then
      vim.health.ok("the parser for " .. language)
    else
      vim.health.warn("no parser for " .. language, { "Chats are shown without colours." })
    end
  end
end

local function look_at_config()
  vim.health.start("Configuration")
  local config = require("peon.config")
  local resolved, problems = config.resolve(config.given())
  for _, problem in ipairs(problems) do
    vim.health.error(problem, { "See :help peon-options." })
  end
  if #problems == 0 then
    vim.health.ok("vim.g.peon is understood")
  end
  return resolved
end

--- What a command prints, or why not.
local function output_of(argv)
  local ok, done = pcall(function()
    return vim.system(argv, { text = true, timeout = 10000 }):wait()
  end)
  if not ok then
    return nil, tostring(done)
  elseif done.code ~= 0 then
    return nil, vim.trim(done.stderr)
  end
  return vim.trim(done.stdout)
end

local function look_at_server(config)
  vim.health.start("Server")
  local argv, origin = require("peon.client.locate").find(config)
  if not argv then
    return vim.health.error(origin, { "python3 -m pip install peon" })
  end
  vim.health.ok(("%s (%s)"):format(table.concat(argv, " "), origin))
  local session = require("peon.session")
  local info = session.client.info
  if not info then
    local why = session.client.why
    local level = session.client.status == "failed" and vim.health.error or vim.health.info
    return level(("the client is %s%s"):format(session.client.status, why and ": " .. why or ""))
  end
  local peon = info.capabilities.experimental.peon
  local spoken = require("peon.protocol_gen").protocol_version
  vim.health.ok(("connected with %s %s"):format(info.serverInfo.name, info.serverInfo.version))
  if peon.protocolVersion == spoken then
    vim.health.ok(("protocol %d"):format(spoken))
  else
    vim.health.error(
      ("the server speaks protocol %d, this plugin %d"):format(peon.protocolVersion, spoken),
      { "Update whichever is older." }
    )
  end
end

local function look_at_agents(config)
  vim.health.start("Agents")
  local argv = require("peon.client.locate").find(config)
  local told, why
  if argv and vim.list_contains(argv, "serve") then
    local doctor = vim.iter(argv):map(function(word)
      return word == "serve" and "doctor" or word
    end)
    told, why = output_of(doctor:totable())
  end
  for _, line in ipairs(vim.split(told or "", "\n")) do
    if line ~= "" then
      vim.health.info(line)
    end
  end
  if why then
    vim.health.warn("peon doctor: " .. why)
  end
end

--- Look at all that Peon needs.
function M.check()
  look_at_editor()
  local config = look_at_config()
  look_at_server(config)
  look_at_agents(config)
end

return M

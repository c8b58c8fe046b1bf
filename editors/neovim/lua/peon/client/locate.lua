--- Which command serves: the one that is configured, `peon` on PATH, or the one beside this plugin.

local M = {}

--- The `peon` of the environment that this plugin was installed into, if it was: the plugin stands
--- in the package, which stands in `lib/python3.x/site-packages`.
---@return string?
local function beside_plugin()
  local here = debug.getinfo(1, "S").source:sub(2)
  local packages = here:match("^(.*)[/\\]peon[/\\]editors[/\\]neovim[/\\]lua[/\\]peon[/\\]")
  local root = packages and packages:match("^(.*)[/\\][Ll]ib[/\\]")
  for _, place in ipairs(root and { "/bin/peon", "/Scripts/peon.exe" } or {}) do
    if vim.fn.executable(root .. place) == 1 then
      return root .. place
    end
  end
end

--- The command, and where it comes from; nil and the remedy where there is none.
---@param config peon.Config
---@return string[]? argv
---@return string origin
function M.find(config)
  local argv, origin
  if config.cmd then
    argv, origin = vim.deepcopy(config.cmd), "vim.g.peon.cmd"
  else
    local found = vim.fn.exepath("peon")
    if found ~= "" then
      argv, origin = { found, "serve" }, "PATH"
    else
      found = beside_plugin()
      argv, origin = found and { found, "serve" } or nil, "beside this plugin"
    end
  end
  if not argv then
    return nil, "There is no peon on PATH. Install it with pip, or set vim.g.peon.cmd."
  end
  if vim.fn.executable(argv[1]) ~= 1 then
    return nil, ("%s cannot be run. Set vim.g.peon.cmd to a command that can."):format(argv[1])
  end
  if config.state_dir then
    vim.list_extend(argv, { "--state-dir", vim.fs.normalize(config.state_dir) })
  end
  return argv, origin
end

return M

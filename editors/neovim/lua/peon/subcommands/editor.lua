--- Subcommands about this client and its server.

local common = require("peon.subcommands.common")

local session = common.lazy("peon.session")

local function show_log()
  vim.cmd.tabnew()
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].buftype = "nofile"
  vim.bo[buffer].bufhidden = "wipe"
  local lines = vim.iter(session.log):map(function(line)
    return vim.split(line, "\n")
  end)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines:flatten():totable())
  vim.api.nvim_buf_set_lines(buffer, -1, -1, false, {
    "",
    "The protocol's messages: :lua vim.lsp.log.set_level('debug'), then "
      .. vim.lsp.log.get_filename(),
  })
  vim.bo[buffer].modifiable = false
  vim.keymap.set("n", "q", "<Cmd>tabclose<CR>", { buffer = buffer, nowait = true })
end

---@type peon.Command[]
return {
  {
    name = "restart",
    text = "Leave the server and start again with what is configured now.",
    bare = true,
    run = function()
      session.restart()
    end,
  },
  { name = "log", text = "Show what this client has done.", bare = true, run = show_log },
  {
    name = "output",
    text = "Show what the last hook, git or set-up command has said.",
    bare = true,
    run = function()
      require("peon.views.progress").show()
    end,
  },
  {
    name = "health",
    text = "The same as `:checkhealth peon`.",
    bare = true,
    run = function()
      vim.cmd.checkhealth("peon")
    end,
  },
}

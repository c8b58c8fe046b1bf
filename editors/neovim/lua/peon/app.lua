--- Puts the parts together when the first of them is used: what listens to the session, and what
--- happens when the editor leaves.

local M = {}

local begun = false

--- Let everything listen, once.
function M.begin()
  if begun then
    return
  end
  begun = true
  require("peon.views.signs").define()
  require("peon.autocmds").listen()
  require("peon.reload").listen()
  require("peon.views.approvals").listen()
  require("peon.views.progress").listen()
  vim.api.nvim_create_autocmd("VimLeavePre", {
    group = vim.api.nvim_create_augroup("peon.leave", {}),
    callback = function()
      require("peon.session").client:stop()
    end,
  })
end

--- Fill a buffer of ours that a session or `:edit` has brought back by its name.
---@param buffer integer
---@param name string
function M.restore(buffer, name)
  M.begin()
  local thread_id = name:match("^peon://chat/(.+)$")
  if thread_id then
    require("peon.views.chat").chat_of(thread_id)
  elseif name == "peon://threads" then
    require("peon.views.threads").restore()
  else
    vim.bo[buffer].buftype = "nofile"
  end
end

return M

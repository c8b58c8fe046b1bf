--- What a tool call would change, or has changed, as a diff in a tab: before and after.

local text = require("peon.views.text")

local M = {}

local function side(name, contents, path)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden = "wipe"
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, text.lines(contents))
  vim.bo[buffer].modifiable = false
  pcall(vim.api.nvim_buf_set_name, buffer, name)
  local filetype = vim.filetype.match({ filename = path, buf = buffer })
  if filetype then
    vim.bo[buffer].filetype = filetype
  end
  vim.keymap.set("n", "q", "<Cmd>tabclose<CR>", { buffer = buffer, nowait = true })
  return buffer
end

--- Show two texts of one file beside each other, in the windows of a new tab.
---@param path string
---@param before string
---@param after string
---@param title string
function M.compare(path, before, after, title)
  vim.cmd.tabnew()
  local left = vim.api.nvim_get_current_win()
  vim.bo[vim.api.nvim_get_current_buf()].bufhidden = "wipe"
  local unique = ("%s/%d"):format(title, vim.uv.hrtime())
  vim.api.nvim_win_set_buf(left, side(("peon://before/%s/%s"):format(unique, path), before, path))
  vim.cmd("rightbelow vsplit")
  local right = vim.api.nvim_get_current_win()
  vim.api.nvim_win_set_buf(right, side(("peon://after/%s/%s"):format(unique, path), after, path))
  for window, what in pairs({ [left] = "before", [right] = "after" }) do
    vim.wo[window].winbar = ("%%#PeonPath# %s %%#PeonMuted#%s %%*"):format(path, what)
    vim.api.nvim_win_call(window, vim.cmd.diffthis)
  end
end

---@param item peon.ItemView
---@param thread peon.ThreadState
function M.open(item, thread)
  local root = require("peon.views.chat").root_of(thread)
  for _, edit in ipairs(item.edits) do
    M.compare(text.path(edit.path, root), edit.oldText or "", edit.newText, item.itemId)
  end
end

return M

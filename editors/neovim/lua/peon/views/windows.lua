--- Buffers and windows of Peon's views: made once, found again, opened where the layout says.

local M = {}

--- A buffer of ours by its name, made with `make` the first time. Its filetype is set last, so
--- that what a user does on FileType has the last word.
---@param name string
---@param filetype string
---@param make fun(buffer: integer)
---@return integer
function M.buffer(name, filetype, make)
  local buffer = vim.fn.bufnr("^" .. vim.fn.escape(name, "[]*?{},") .. "$")
  if buffer > 0 and vim.b[buffer].peon_view then
    return buffer
  end
  if buffer < 0 then
    buffer = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buffer, name)
  end
  vim.bo[buffer].buftype = "nofile"
  vim.bo[buffer].bufhidden = "hide"
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].undolevels = -1
  vim.b[buffer].peon_view = filetype
  make(buffer)
  vim.bo[buffer].filetype = filetype
  return buffer
end

--- A window of this tab page that shows a buffer.
---@param buffer integer
---@return integer?
function M.showing(buffer)
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.api.nvim_win_get_buf(window) == buffer then
      return window
    end
  end
end

--- A window of this tab page with a view of this filetype.
---@param filetype string
---@return integer?
function M.with_view(filetype)
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.b[vim.api.nvim_win_get_buf(window)].peon_view == filetype then
      return window
    end
  end
end

--- A window at the bottom to write in, with a buffer that goes when it is closed. Its filetype is
--- set by whoever fills it.
---@param view string
---@param title string
---@param lines string[]
---@return integer buffer, integer window
---@return fun() close Closes it, and gives the other windows the sizes that they had.
function M.sheet(view, title, lines)
  local others, sizes = vim.api.nvim_tabpage_list_wins(0), vim.fn.winrestcmd()
  vim.cmd("botright 14split")
  local buffer, window = vim.api.nvim_create_buf(false, true), vim.api.nvim_get_current_win()
  vim.bo[buffer].bufhidden = "wipe"
  vim.b[buffer].peon_view = view
  vim.api.nvim_win_set_buf(window, buffer)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  M.set(window, M.PLAIN)
  M.set(window, {
    winbar = ("%%#PeonTitle# %s %%*"):format((title:gsub("%%", "%%%%"))),
    statusline = (" Peon: %s%%="):format((title:gsub("%%", "%%%%"))),
  })
  return buffer,
    window,
    function()
      M.close(window)
      if vim.deep_equal(others, vim.api.nvim_tabpage_list_wins(0)) then
        vim.cmd(sizes)
      end
    end
end

--- The width of a column that is given in columns or as a part of the editor.
---@param width number
---@return integer
function M.columns(width)
  return math.floor(width < 1 and vim.o.columns * width or width)
end

--- Set what holds for a view's window and for no other that shows the buffer's neighbours.
---@param window integer
---@param options table<string, any>
function M.set(window, options)
  for name, value in pairs(options) do
    vim.api.nvim_set_option_value(name, value, { scope = "local", win = window })
  end
end

--- What every view of ours wants of its window.
M.PLAIN = {
  number = false,
  relativenumber = false,
  signcolumn = "no",
  foldcolumn = "0",
  statuscolumn = "",
  spell = false,
  list = false,
  colorcolumn = "",
  fillchars = "fold: ,eob: ",
}

--- The window that the user works in: the last one with a file of theirs.
---@return integer?
function M.of_user()
  local candidates = { vim.fn.win_getid(), vim.fn.win_getid(vim.fn.winnr("#")) }
  vim.list_extend(candidates, vim.api.nvim_tabpage_list_wins(0))
  for _, window in ipairs(candidates) do
    if vim.api.nvim_win_is_valid(window) then
      local buffer = vim.api.nvim_win_get_buf(window)
      if vim.bo[buffer].buftype == "" and vim.api.nvim_win_get_config(window).relative == "" then
        return window
      end
    end
  end
end

--- Close a view's window; the last window of all shows an empty buffer instead.
---@param window integer
function M.close(window)
  if not vim.api.nvim_win_is_valid(window) then
    return
  end
  local ok = pcall(vim.api.nvim_win_close, window, false)
  if not ok then
    vim.api.nvim_win_call(window, vim.cmd.enew)
  end
end

return M

--- The windows above a review: a file before a turn and now, beside each other.

local patches = require("peon.review.patches")
local text = require("peon.views.text")
local windows = require("peon.views.windows")

local M = {}

local function lines_of(path)
  local buffer = vim.fn.bufnr("^" .. vim.fn.escape(path, "[]*?{},") .. "$")
  if buffer > 0 and vim.api.nvim_buf_is_loaded(buffer) then
    return vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  end
  local file = io.open(path, "rb")
  local contents = file and file:read("*a") or ""
  if file then
    file:close()
  end
  return contents == "" and {} or text.lines(contents)
end

local function scratch(lines, path, what)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden = "wipe"
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  pcall(vim.api.nvim_buf_set_name, buffer, ("peon://%s/%d/%s"):format(what, vim.uv.hrtime(), path))
  vim.bo[buffer].filetype = vim.filetype.match({ filename = path, buf = buffer }) or ""
  return buffer
end

local function label(window, path, what)
  windows.set(window, {
    winbar = ("%%#PeonPath# %s %%#PeonMuted#%s %%*"):format(path:gsub("%%", "%%%%"), what),
    number = true,
  })
end

--- Bring a line to the middle of a window. Both sides are as long, with what diff fills in and
--- folds, so they stay beside each other.
---@param window integer
---@param line integer
function M.reveal(window, line)
  if vim.api.nvim_win_is_valid(window) then
    local count = vim.api.nvim_buf_line_count(vim.api.nvim_win_get_buf(window))
    vim.api.nvim_win_set_cursor(window, { math.min(line, count), 0 })
    vim.api.nvim_win_call(window, function()
      vim.cmd("normal! zz")
    end)
  end
end

--- Show a file in both windows. What was is found by taking the turn's hunks back.
---@param before integer
---@param after integer
---@param root string
---@param file peon.ReviewedFile
function M.show(before, after, root, file)
  local path = file.path
  local full = root .. "/" .. path
  local old, whole = patches.reverse(lines_of(full), file.hunks)
  vim.api.nvim_win_call(before, vim.cmd.diffoff)
  vim.api.nvim_win_set_buf(before, scratch(old, path, "before"))
  label(before, path, whole and "before" or "before, as far as it can be told")
  vim.api.nvim_win_call(after, function()
    vim.cmd.diffoff()
    if vim.uv.fs_stat(full) and not file.binary then
      vim.cmd.edit(vim.fn.fnameescape(full))
    else
      vim.api.nvim_win_set_buf(after, scratch({}, path, "after"))
    end
  end)
  label(after, path, file.kind == "deleted" and "deleted" or "now")
  for _, window in ipairs({ before, after }) do
    vim.api.nvim_win_call(window, vim.cmd.diffthis)
    windows.set(window, { foldcolumn = "0" })
  end
end

return M

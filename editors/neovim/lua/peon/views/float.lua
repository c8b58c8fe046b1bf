--- Floating windows.

local M = {}

local namespace = vim.api.nvim_create_namespace("peon.float")

---@class peon.Float
---@field buffer integer
---@field window integer
---@field close fun()

---@class peon.FloatOptions
---@field title string
---@field footer? string
---@field width? integer
---@field height? integer
---@field enter? boolean
---@field filetype? string
---@field corner? boolean At the bottom on the right, not in the middle.

---@param buffer integer
---@param row integer
---@param from integer
---@param to integer
---@param group string
function M.highlight(buffer, row, from, to, group)
  vim.api.nvim_buf_set_extmark(buffer, namespace, row, from, { end_col = to, hl_group = group })
end

--- Where a float of this size stands.
local function geometry(options, count)
  local most_wide = vim.o.columns - 4
  local most_high = vim.o.lines - vim.o.cmdheight - 4
  local width = math.max(20, math.min(options.width or 80, most_wide))
  local height = math.max(1, math.min(options.height or count, most_high))
  local row = math.floor((vim.o.lines - height) / 2) - 1
  local col = math.floor((vim.o.columns - width) / 2)
  if options.corner then
    row, col = vim.o.lines - vim.o.cmdheight - height - 3, vim.o.columns - width - 3
  end
  return {
    relative = "editor",
    width = width,
    height = height,
    row = math.max(0, row),
    col = math.max(0, col),
    style = "minimal",
    border = "rounded",
    title = { { (" %s "):format(options.title), "PeonTitle" } },
    title_pos = "left",
    footer = options.footer and (" %s "):format(options.footer) or nil,
    footer_pos = options.footer and "right" or nil,
  }
end

--- Show lines in a float.
---@param lines string[]
---@param options peon.FloatOptions
---@return peon.Float
function M.open(lines, options)
  require("peon.views.signs").define()
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden = "wipe"
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  local window = vim.api.nvim_open_win(buffer, options.enter or false, geometry(options, #lines))
  vim.wo[window].wrap = false
  if options.filetype then
    vim.bo[buffer].filetype = options.filetype
  end
  local function close()
    if vim.api.nvim_win_is_valid(window) then
      vim.api.nvim_win_close(window, true)
    end
  end
  return { buffer = buffer, window = window, close = close }
end

return M

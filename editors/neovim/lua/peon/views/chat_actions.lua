--- What the keys of a chat do, each with the chat and its thread.

local windows = require("peon.views.windows")

local M = {}

local function here(chat)
  local line = vim.api.nvim_win_get_cursor(0)[1]
  local block, first, index = chat.blocks:at(line)
  return block, first, index
end

--- The turn at the cursor; behind the last, the last.
---@return peon.TurnState?
function M.turn_here(chat, thread)
  local block = here(chat)
  return block and block.data.turn or thread.turns[#thread.turns]
end

function M.write(_, thread)
  require("peon.views.prompt").open(thread.threadId)
end

function M.fold()
  if vim.fn.foldlevel(".") > 0 then
    vim.cmd("normal! za")
  end
end

local function go(chat, step)
  local _, _, index = here(chat)
  index = index + step
  while chat.blocks.blocks[index] do
    if chat.blocks.blocks[index].data.kind == "prompt" then
      local block = chat.blocks.blocks[index]
      local line = chat.blocks:line_of(index)
      vim.api.nvim_win_set_cursor(0, { line + (block.lines[1] == "" and 1 or 0), 0 })
      return
    end
    index = index + step
  end
  if step > 0 then
    vim.api.nvim_win_set_cursor(0, { vim.api.nvim_buf_line_count(0), 0 })
  end
end

function M.next_turn(chat)
  go(chat, 1)
end

function M.previous_turn(chat)
  go(chat, -1)
end

--- All that a tool said; what is kept apart is read page by page.
function M.open_output(chat, thread)
  local block = here(chat)
  local item = block and block.data.item
  if not item or item.kind ~= "toolCall" then
    return
  elseif #(item.edits or {}) > 0 then
    require("peon.views.edits").open(item, thread)
  else
    require("peon.views.output").open(item)
  end
end

function M.approvals(_, thread)
  require("peon.views.approvals").open(thread.threadId)
end

function M.review(chat, thread)
  local turn = M.turn_here(chat, thread)
  if turn then
    require("peon.views.review").open(thread.threadId, turn.turnId)
  end
end

function M.undo(chat, thread)
  local turn = M.turn_here(chat, thread)
  if turn then
    require("peon.views.checkpoints").undo(thread, turn)
  end
end

function M.checkpoints(_, thread)
  require("peon.views.checkpoints").choose(thread)
end

function M.mode(_, thread)
  require("peon.actions").choose_mode(thread)
end

function M.queue(_, thread)
  require("peon.views.queue").choose(thread)
end

--- Go to the file that the tool call at the cursor is about.
function M.file(chat, thread)
  local block = here(chat)
  local item = block and block.data.item
  local location = item and item.locations and item.locations[1]
  local window = windows.of_user()
  if not location then
    return
  end
  local root = require("peon.views.chat").root_of(thread)
  local path = location.path:sub(1, 1) == "/" and location.path or root .. "/" .. location.path
  if window then
    vim.api.nvim_set_current_win(window)
  end
  vim.cmd.edit(vim.fn.fnameescape(path))
  if location.line then
    vim.api.nvim_win_set_cursor(0, { location.line, 0 })
  end
end

function M.stop(_, thread)
  require("peon.actions").stop(thread)
end

function M.close()
  windows.close(vim.api.nvim_get_current_win())
end

return M

--- The chat of a thread: a markdown buffer that follows the state.

local blocks = require("peon.views.blocks")
local chat_blocks = require("peon.views.chat_blocks")
local keys = require("peon.views.keys")
local session = require("peon.session")
local signs = require("peon.views.signs")
local windows = require("peon.views.windows")

local M = {}

local PREFIX = "peon://chat/"
local FILETYPE = "peon-chat"
--- How long changes gather before they are drawn, in milliseconds.
local FRAME = 25
--- How many lines are coloured as markdown. Longer ones would make each movement wait, because
--- Neovim asks about every line of a closed fold whether it is concealed.
local COLOURED_LINES = 10000
--- From how many new folds on all are closed at once, as when a thread is read.
local SEVERAL_FOLDS = 10

---@class peon.Chat
---@field threadId string
---@field buffer integer
---@field blocks peon.BlockBuffer
---@field dirty table<string, true>
---@field all boolean Whether everything must be made again.
---@field scheduled boolean

---@type table<string, peon.Chat>
local chats = {}
---@type table<integer, peon.Chat>
local by_buffer = {}

local namespace = vim.api.nvim_create_namespace("peon.chat")

local function root_of(thread)
  local project = session.state.projects[thread.projectId]
  return thread.folder or project and project.root
end

M.root_of = root_of

--- The title of a chat's window: as much of the thread's title as there is room for.
local function winbar(thread, window)
  local status = thread.archived and "archived" or thread.status
  local model = thread.model and " · " .. thread.model or ""
  local branch = thread.worktree and thread.worktree.branch
  local where = branch and (" · %s %s"):format(signs.of("branch"), branch) or ""
  local aside = ("%s%s%s · %s "):format(thread.provider, model, where, thread.mode)
  local room = vim.api.nvim_win_get_width(window) - vim.fn.strdisplaywidth(aside) - 5
  local title = thread.title
  if vim.fn.strdisplaywidth(title) > room then
    title = vim.fn.strcharpart(title, 0, math.max(room - 1, 1)) .. "…"
  end
  local head = ("%%#%s# %s %%#PeonTitle#%s%%*"):format(
    signs.group(status),
    signs.of(status),
    (title:gsub("%%", "%%%%"))
  )
  return ("%s%%=%%#PeonMuted#%s%%*"):format(head, (aside:gsub("%%", "%%%%")))
end

--- Close the folds that have just come into being, but where the cursor is.
local function close_new_folds(chat)
  local folds = chat.blocks:take_new_folds()
  for _, window in ipairs(#folds > 0 and vim.fn.win_findbuf(chat.buffer) or {}) do
    vim.api.nvim_win_call(window, function()
      if #folds > SEVERAL_FOLDS then
        return vim.cmd("normal! zM") -- closing each would look at every line each time
      end
      for _, fold in ipairs(folds) do
        vim.cmd(("silent! %dfoldclose"):format(fold.line))
      end
    end)
  end
end

--- The windows that follow the text: their cursor is on the last line.
local function following(chat)
  local last = vim.api.nvim_buf_line_count(chat.buffer)
  return vim.tbl_filter(function(window)
    return vim.api.nvim_win_get_cursor(window)[1] == last
  end, vim.fn.win_findbuf(chat.buffer))
end

local function follow(chat, followers)
  local last = vim.api.nvim_buf_line_count(chat.buffer)
  for _, window in ipairs(followers) do
    vim.api.nvim_win_set_cursor(window, { last, 0 })
  end
end

local function colour(buffer)
  if vim.api.nvim_buf_line_count(buffer) > COLOURED_LINES then
    vim.treesitter.stop(buffer)
  end
end

local function draw(chat)
  chat.scheduled = false
  local thread = session.state.threads[chat.threadId]
  if not vim.api.nvim_buf_is_valid(chat.buffer) then
    chats[chat.threadId] = nil
    return
  end
  if not thread then
    return M.gone(chat)
  end
  local followers = following(chat)
  local context = { thread = thread, root = root_of(thread) }
  local dirty, all = chat.dirty, chat.all
  chat.dirty, chat.all = {}, false
  chat.blocks:update(chat_blocks.entries(thread), function(key)
    return all or dirty[key] == true
  end, function(entry, before)
    return chat_blocks.render(entry, before, context)
  end)
  colour(chat.buffer)
  follow(chat, followers)
  for _, window in ipairs(vim.fn.win_findbuf(chat.buffer)) do
    windows.set(window, { winbar = winbar(thread, window) })
  end
  close_new_folds(chat)
end

--- The thread was deleted: say so, and keep what was said.
function M.gone(chat)
  for _, window in ipairs(vim.fn.win_findbuf(chat.buffer)) do
    windows.set(window, { winbar = "%#PeonFailed# This thread was deleted %*" })
  end
  chats[chat.threadId] = nil
end

local function schedule(chat)
  if not chat.scheduled then
    chat.scheduled = true
    vim.defer_fn(function()
      draw(chat)
    end, FRAME)
  end
end

--- What must be made again on account of a change.
local function note(chat, change)
  if change.itemId then
    chat.dirty[change.itemId] = true
  end
  if change.turnId then
    chat.dirty[change.turnId .. ":end"] = true
    if not change.itemId then
      chat.dirty[change.turnId .. ":prompt"] = true
    end
  elseif not change.event then
    chat.all = true
  end
  local event = change.event
  if event and event.type == "checkpoint.restored" then
    chat.all = true
  end
  -- What waits may be held back from now on, or no longer.
  local thread = event and event.type ~= "item.recorded" and session.state.threads[chat.threadId]
  for _, message in ipairs(thread and thread.queue or {}) do
    chat.dirty[message.messageId] = true
  end
end

local function on_changes(changes)
  for _, change in ipairs(changes) do
    local chat = change.threadId and chats[change.threadId]
    if chat then
      note(chat, change)
      schedule(chat)
    end
  end
end

local listening = false

local function listen()
  if listening then
    return
  end
  listening = true
  session.on("changes", on_changes)
  session.on("loaded", function()
    for _, chat in pairs(chats) do
      chat.all = true
      schedule(chat)
    end
  end)
end

local function actions_of(thread_id)
  local actions = require("peon.views.chat_actions")
  return setmetatable({}, {
    __index = function(_, name)
      local action = actions[name]
      return action
        and function()
          action(chats[thread_id] or M.chat_of(thread_id), session.state.threads[thread_id])
        end
    end,
  })
end

local WINDOW = vim.tbl_extend("error", windows.PLAIN, {
  wrap = true,
  linebreak = true,
  breakindent = true,
  conceallevel = 2,
  concealcursor = "nc",
  foldexpr = "v:lua.require'peon.views.chat'.fold_level()",
  foldtext = "v:lua.require'peon.views.chat'.fold_text()",
  foldlevel = 0,
  foldenable = true,
  winhighlight = "Folded:Normal",
  statusline = " Peon: chat%=%l/%L ",
})

local function make(thread_id)
  return function(buffer)
    signs.define()
    keys.map("chat", buffer, actions_of(thread_id))
    vim.treesitter.language.register("markdown", FILETYPE)
    vim.api.nvim_create_autocmd("BufWinEnter", {
      buffer = buffer,
      callback = function()
        windows.set(0, WINDOW)
        -- Last, because each option of folds makes Neovim ask for the level of every line again.
        windows.set(0, { foldmethod = "expr" })
        local thread = session.state.threads[thread_id]
        local window = vim.api.nvim_get_current_win()
        windows.set(window, { winbar = thread and winbar(thread, window) or "" })
      end,
    })
    vim.api.nvim_create_autocmd("FileType", {
      buffer = buffer,
      callback = function()
        pcall(vim.treesitter.start, buffer, "markdown")
        colour(buffer)
      end,
    })
  end
end

--- The chat of a thread, which is made where there is none, and reads what it shows.
---@param thread_id string
---@return peon.Chat
function M.chat_of(thread_id)
  local chat = chats[thread_id]
  if chat and vim.api.nvim_buf_is_valid(chat.buffer) then
    return chat
  end
  listen()
  local buffer = windows.buffer(PREFIX .. thread_id, FILETYPE, make(thread_id))
  chat = {
    threadId = thread_id,
    buffer = buffer,
    blocks = blocks.new(buffer, namespace),
    dirty = {},
    all = true,
    scheduled = false,
  }
  vim.api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
  chats[thread_id], by_buffer[buffer] = chat, chat
  session.ensure(function(err)
    if err then
      return session.complain(err)
    end
    local thread = session.state.threads[thread_id]
    if thread and thread.loaded then
      return draw(chat)
    end
    session.read(thread_id, function(failed)
      if failed then
        session.complain(failed)
      end
      draw(chat)
    end)
  end)
  return chat
end

--- Show the chat of a thread, in the window that shows one already or in one of its own.
---@param thread_id string
---@return integer window
function M.open(thread_id)
  local chat = M.chat_of(thread_id)
  local window = windows.showing(chat.buffer)
  if window then
    vim.api.nvim_set_current_win(window)
    return window
  end
  window = windows.with_view(FILETYPE)
  if window then
    vim.api.nvim_set_current_win(window)
    vim.wo[window].winfixbuf = false
  else
    local width = windows.columns(require("peon.config").get().layout.chat_width)
    vim.cmd(("botright %dvsplit"):format(width))
    window = vim.api.nvim_get_current_win()
  end
  vim.api.nvim_win_set_buf(window, chat.buffer)
  vim.api.nvim_win_set_cursor(window, { vim.api.nvim_buf_line_count(chat.buffer), 0 })
  M.last = thread_id
  return window
end

--- The thread of a buffer of ours: a chat's, or that of its prompt.
---@param buffer integer
---@return string?
function M.thread_of(buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  return name:match("^peon://chat/(.+)$") or name:match("^peon://prompt/(.+)$")
end

--- The chat in the current buffer; this is asked for every line of it.
local function chat_here()
  return by_buffer[vim.api.nvim_get_current_buf()]
end

function M.fold_level()
  local chat = chat_here()
  return chat and chat.blocks:fold_level(vim.v.lnum) or "0"
end

--- A closed fold shows its first line as it is, and what stands beside it.
function M.fold_text()
  local chat = chat_here()
  local block = chat and chat.blocks:at(vim.v.foldstart)
  local line = vim.fn.getline(vim.v.foldstart)
  if not block or not block.data.item or block.data.item.kind ~= "toolCall" then
    return { { line, "PeonMuted" } }
  end
  local status = block.data.item.status
  local sign = signs.of(status)
  return vim.list_extend({
    { sign, signs.group(status) },
    { line:sub(#sign + 1) .. " ", "PeonTool" },
  }, block.beside or {})
end

return M

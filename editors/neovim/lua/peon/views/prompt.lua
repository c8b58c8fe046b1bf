--- The window one writes in, below the chat: its text stays until it is sent, prompts sent before
--- can be had back.

local actions = require("peon.actions")
local chat = require("peon.views.chat")
local context = require("peon.context")
local keys = require("peon.views.keys")
local session = require("peon.session")
local text = require("peon.views.text")
local windows = require("peon.views.windows")

local M = {}

local PREFIX = "peon://prompt/"
local FILETYPE = "peon-prompt"

---@class peon.Draft
---@field source? peon.Source
---@field place integer How far back in the history; 0 is what is written now.
---@field written string[] What was written when the history was entered.

---@type table<integer, peon.Draft>
local drafts = {}

local function draft_of(buffer)
  drafts[buffer] = drafts[buffer] or { place = 0, written = {} }
  return drafts[buffer]
end

local function contents(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n")
end

local function replace(buffer, lines)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  local window = windows.showing(buffer)
  if window then
    vim.api.nvim_win_set_cursor(window, { #lines, #lines[#lines] })
  end
end

--- Prompts of the thread, the newest first.
local function history(thread_id)
  local thread = session.state.threads[thread_id]
  local found = {}
  for _, turn in ipairs(thread and thread.turns or {}) do
    table.insert(found, 1, text.prompt(turn.prompt))
  end
  return found
end

local function browse(buffer, thread_id, step)
  local draft, prompts = draft_of(buffer), history(thread_id)
  local place = math.max(0, math.min(#prompts, draft.place + step))
  if place == draft.place then
    return
  elseif draft.place == 0 then
    draft.written = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  end
  draft.place = place
  replace(buffer, place == 0 and draft.written or text.lines(prompts[place]))
end

--- What becomes of what is written, and as many of the keys as there is room for.
local function hint(thread, width)
  local what, more = "writes a prompt", nil
  if thread.status ~= "idle" then
    what = session.supports("turn/queue") and "a turn is in progress: this is queued"
      or "a turn is in progress: this waits here"
    more = session.supports("turn/steer") and "<C-g> tells it at once" or nil
  elseif thread.archived then
    what = "this thread is archived"
  end
  local keys_told = { "? keys" }
  for _, each in ipairs({ "@ gives along", more or "<CR> sends", more and "<CR> sends" or nil }) do
    local longer = { each, unpack(keys_told) }
    local line = (" %s · %s "):format(what, table.concat(longer, " · "))
    keys_told = vim.fn.strdisplaywidth(line) <= width and longer or keys_told
  end
  return ("%%#PeonMuted# %s · %s %%*"):format(what, table.concat(keys_told, " · "))
end

local function refresh(buffer, thread_id)
  local thread = session.state.threads[thread_id]
  for _, window in ipairs(thread and vim.fn.win_findbuf(buffer) or {}) do
    windows.set(window, { winbar = hint(thread, vim.api.nvim_win_get_width(window)) })
  end
end

--- Send what is written with `send`. It stays where it is if that fails.
---@param send fun(thread_id: string, prompt: peon.Prompt, callback: fun(err?: peon.ErrorContent))
local function submit(buffer, thread_id, send)
  local written = contents(buffer)
  local thread = session.state.threads[thread_id]
  if vim.trim(written) == "" or not thread then
    return
  end
  local draft = draft_of(buffer)
  context.expand(written, draft.source or context.source(), thread, function(err, prompt)
    if err then
      return session.complain(err)
    end
    send(thread_id, prompt, function(failed)
      if failed then
        return session.complain(failed)
      end
      if vim.api.nvim_buf_is_valid(buffer) and contents(buffer) == written then
        replace(buffer, { "" })
      end
      draft.place, draft.source = 0, nil
    end)
  end)
end

local function steer(thread_id, prompt, callback)
  session.request("turn/steer", { threadId = thread_id, prompt = prompt }, callback)
end

local function actions_of(buffer, thread_id)
  return {
    send = function()
      submit(buffer, thread_id, actions.send)
    end,
    steer = function()
      submit(buffer, thread_id, steer)
    end,
    older = function()
      browse(buffer, thread_id, 1)
    end,
    newer = function()
      browse(buffer, thread_id, -1)
    end,
    stop = function()
      actions.stop(session.state.threads[thread_id])
    end,
    close = function()
      windows.close(vim.api.nvim_get_current_win())
    end,
  }
end

local WINDOW = vim.tbl_extend("error", windows.PLAIN, {
  wrap = true,
  linebreak = true,
  winfixheight = true,
  statusline = " Peon: prompt%=",
})

local function make(thread_id)
  return function(buffer)
    vim.bo[buffer].undolevels = 1000
    vim.bo[buffer].omnifunc = "v:lua.require'peon.context'.complete"
    vim.bo[buffer].textwidth = 0
    keys.map("prompt", buffer, actions_of(buffer, thread_id))
    vim.treesitter.language.register("markdown", FILETYPE)
    vim.api.nvim_create_autocmd("BufWinEnter", {
      buffer = buffer,
      callback = function()
        windows.set(0, WINDOW)
        refresh(buffer, thread_id)
      end,
    })
    vim.api.nvim_create_autocmd("BufWipeout", {
      buffer = buffer,
      callback = function()
        drafts[buffer] = nil
      end,
    })
  end
end

local listening = false

local function listen()
  if listening then
    return
  end
  listening = true
  session.on("changes", function(changes)
    for _, change in ipairs(changes) do
      local buffer = change.threadId and vim.fn.bufnr(PREFIX .. change.threadId) or -1
      if change.event and change.event.type ~= "item.recorded" and buffer > 0 then
        refresh(buffer, change.threadId)
      end
    end
  end)
end

--- The buffer in which one writes to a thread.
---@param thread_id string
---@return integer
function M.buffer(thread_id)
  listen()
  return windows.buffer(PREFIX .. thread_id, FILETYPE, make(thread_id))
end

--- Open the window below the chat of a thread. `source` is what `@this` will mean.
---@param thread_id string
---@param source? peon.Source
---@return integer buffer
function M.open(thread_id, source)
  source = source or context.source()
  local above = chat.open(thread_id)
  local buffer = M.buffer(thread_id)
  draft_of(buffer).source = source
  local window = windows.showing(buffer) or windows.with_view(FILETYPE)
  if window then
    vim.api.nvim_set_current_win(window)
  else
    local height = require("peon.config").get().layout.prompt_height
    vim.api.nvim_set_current_win(above)
    vim.cmd(("belowright %dsplit"):format(height))
    window = vim.api.nvim_get_current_win()
  end
  vim.api.nvim_win_set_buf(window, buffer)
  vim.api.nvim_win_set_cursor(window, { vim.api.nvim_buf_line_count(buffer), 0 })
  vim.cmd("startinsert!")
  return buffer
end

--- Write a text into the prompt of a thread, behind what stands there.
---@param buffer integer
---@param addition string
function M.add(buffer, addition)
  local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  local old = table.concat(lines, "\n")
  local joined = old == "" and addition or old .. "\n" .. addition
  replace(buffer, vim.split(joined, "\n", { plain = true }))
end

return M

--- Buffers whose files an agent has changed are read again. One with unsaved changes is left as it
--- is, and its user told.

local session = require("peon.session")

local M = {}

--- How long changes gather before files are looked at, in milliseconds.
local PAUSE = 60

--- Events after which files may be others than they were.
local function may_have_changed(event)
  local kind = event.type
  if kind == "item.recorded" then
    local ended = event.payload.status == "completed" or event.payload.status == "failed"
    return event.payload.kind == "toolCall" and ended
  end
  return kind == "turn.completed"
    or kind == "turn.failed"
    or kind == "checkpoint.restored"
    or kind == "review.recorded"
end

local function is_of(buffer, root)
  return vim.api.nvim_buf_is_loaded(buffer)
    and vim.bo[buffer].buftype == ""
    and vim.startswith(vim.uv.fs_realpath(vim.api.nvim_buf_get_name(buffer)) or "", root .. "/")
end

local function warn(buffer)
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ":.")
  require("peon.tell")(
    ("peon: %s has changed on disk, and you have changes that are not saved. "):format(name)
      .. "Yours were kept; :Peon compare shows both.",
    vim.log.levels.WARN
  )
end

--- Look at one buffer's file. While we do, Neovim asks us what to do, and not the user.
local function look(buffer)
  local watching = vim.api.nvim_create_autocmd("FileChangedShell", {
    buffer = buffer,
    callback = function()
      local reason = vim.v.fcs_reason
      if reason == "conflict" then
        vim.v.fcs_choice = ""
        warn(buffer)
      else
        vim.v.fcs_choice = reason == "deleted" and "" or "reload"
      end
    end,
  })
  pcall(vim.cmd.checktime, buffer)
  vim.api.nvim_del_autocmd(watching)
end

---@param root string
function M.look_at(root)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if is_of(buffer, root) then
      look(buffer)
    end
  end
end

local waiting = {} ---@type table<string, true>

--- Look at files from now on.
function M.listen()
  session.on("event", function(event)
    local thread = session.state.threads[event.payload.threadId or ""]
    if not thread or not may_have_changed(event) or not require("peon.config").get().reload then
      return
    end
    local root = require("peon.views.chat").root_of(thread)
    if not root or waiting[root] then
      return
    end
    waiting[root] = true
    vim.defer_fn(function()
      waiting[root] = nil
      M.look_at(root)
    end, PAUSE)
  end)
end

--- Show the unsaved text of a buffer beside what its file holds now.
function M.compare()
  local path = vim.api.nvim_buf_get_name(0)
  local file = io.open(path, "rb")
  if not file then
    return require("peon.tell")("peon: this buffer has no file.", vim.log.levels.INFO)
  end
  local disk = file:read("*a")
  file:close()
  local mine = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n") .. "\n"
  require("peon.views.edits").compare(vim.fn.fnamemodify(path, ":."), mine, disk, "yours")
end

return M

--- Projects and their threads, with what each is doing now.

local actions = require("peon.actions")
local keys = require("peon.views.keys")
local selectors = require("peon.state.selectors")
local session = require("peon.session")
local signs = require("peon.views.signs")
local text = require("peon.views.text")
local windows = require("peon.views.windows")

local M = {}

local NAME = "peon://threads"
local FILETYPE = "peon-threads"
local FRAME = 40

local namespace = vim.api.nvim_create_namespace("peon.threads")

---@class peon.ThreadRow
---@field project? peon.ProjectView
---@field thread? peon.ThreadState

---@type peon.ThreadRow[]
local rows = {}
local folded = {} ---@type table<string, boolean>
local show_archived = false
local filter = ""
local scheduled = false
local listening = false

local STATUS = {
  awaitingApproval = "needs you",
  running = "running",
  failed = "failed",
  interrupted = "stopped",
  completed = "",
  idle = "",
  archived = "archived",
}

--- What a thread is doing, or how its last turn ended.
---@param thread peon.ThreadState
---@return string
function M.status(thread)
  local last = thread.turns[#thread.turns]
  if thread.archived then
    return "archived"
  elseif thread.status ~= "idle" or not last then
    return thread.status
  end
  return last.status
end

local function threads_of(project)
  return vim.tbl_filter(function(thread)
    return selectors.matches(thread, filter)
  end, selectors.threads_of(session.state, project.projectId, show_archived))
end

local function add(lines, marks, line, row, marks_of_line)
  table.insert(lines, line)
  table.insert(rows, row)
  for _, mark in ipairs(marks_of_line) do
    table.insert(marks, { row = #lines - 1, col = mark.col, opts = mark.opts })
  end
end

local function project_line(project, threads)
  local sign = signs.of(folded[project.projectId] and "closed" or "open")
  local line = ("%s %s"):format(sign, project.title)
  local waiting = 0
  for _, thread in ipairs(threads) do
    waiting = waiting + #thread.pendingActions
  end
  local beside = folded[project.projectId] and tostring(#threads) or ""
  local chunks = { { beside, "PeonMuted" } }
  if waiting > 0 then
    table.insert(chunks, 1, { signs.of("awaitingApproval") .. waiting .. " ", "PeonWaiting" })
  end
  return line,
    {
      { opts = { end_col = #line, hl_group = "PeonTitle" } },
      { opts = { virt_text = chunks, virt_text_pos = "right_align" } },
    }
end

local function thread_line(thread)
  local status = M.status(thread)
  local sign = signs.of(status)
  local line = ("  %s %s"):format(sign, thread.title)
  local beside = STATUS[status] or status
  if beside == "" then
    beside = text.clock(thread.updatedAt)
  end
  local group = signs.group(status)
  local told = (status == "idle" or status == "completed") and "PeonMuted" or group
  local chunks = { { " " .. beside, told } }
  if thread.worktree then
    local name = thread.worktree.branch or vim.fs.basename(thread.worktree.path)
    local gone = thread.worktree.removed and " taken away" or ""
    local shown = (" %s %s%s"):format(signs.of("branch"), name, gone)
    table.insert(chunks, 1, { shown, "PeonMuted" })
  end
  return line,
    {
      { col = 2, opts = { end_col = 2 + #sign, hl_group = group } },
      { opts = { virt_text = chunks, virt_text_pos = "right_align" } },
    }
end

local function welcome(lines, marks)
  local client = session.client
  local told = {
    "",
    "  There is no project yet.",
    "",
    "  a  opens a thread in this folder",
    "  ?  shows every key",
  }
  if client.status == "failed" then
    told = { "", "  The server does not run.", "  " .. (client.why or ""), "", "  R  tries again" }
  elseif client.status ~= "ready" then
    told = { "", "  Starting the server…", "  " .. (client.why or "") }
  elseif filter ~= "" then
    told = { "", ("  No thread fits «%s»."):format(filter), "", "  f  changes the filter" }
  end
  for _, line in ipairs(told) do
    add(lines, marks, line, {}, { { opts = { end_col = #line, hl_group = "PeonMuted" } } })
  end
end

local function contents()
  local lines, marks = {}, {}
  rows = {}
  for _, id in ipairs(session.state.projectOrder) do
    local project = session.state.projects[id]
    local threads = threads_of(project)
    if filter == "" or #threads > 0 then
      local line, of_line = project_line(project, threads)
      add(lines, marks, line, { project = project }, of_line)
      for _, thread in ipairs(folded[id] and {} or threads) do
        line, of_line = thread_line(thread)
        add(lines, marks, line, { project = project, thread = thread }, of_line)
      end
    end
  end
  if #lines == 0 then
    welcome(lines, marks)
  end
  return lines, marks
end

local function same_row(one, other)
  local function id(row)
    return row and (row.thread and row.thread.threadId or row.project and row.project.projectId)
  end
  return id(one) ~= nil and id(one) == id(other)
end

--- Keep each window's cursor on the thread that it is on.
local function keep_cursors(buffer, before)
  for _, window in ipairs(vim.fn.win_findbuf(buffer)) do
    local line = vim.api.nvim_win_get_cursor(window)[1]
    for index, row in ipairs(rows) do
      if same_row(before[line], row) then
        vim.api.nvim_win_set_cursor(window, { index, 0 })
        break
      end
    end
  end
end

local function winbar()
  local waiting = #selectors.waiting(session.state)
  local running = selectors.running_count(session.state)
  local parts = { "%#PeonTitle# Threads %*%=" }
  if waiting > 0 then
    table.insert(parts, ("%%#PeonWaiting#%s %d "):format(signs.of("awaitingApproval"), waiting))
  end
  if running > 0 then
    table.insert(parts, ("%%#PeonRunning#%s %d "):format(signs.of("running"), running))
  end
  return table.concat(parts)
end

local function draw()
  scheduled = false
  local buffer = vim.fn.bufnr(NAME)
  if buffer < 0 or not vim.api.nvim_buf_is_loaded(buffer) then
    return
  end
  local before = rows
  local lines, marks = contents()
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].modified = false
  for _, mark in ipairs(marks) do
    vim.api.nvim_buf_set_extmark(buffer, namespace, mark.row, mark.col or 0, mark.opts)
  end
  keep_cursors(buffer, before)
  for _, window in ipairs(vim.fn.win_findbuf(buffer)) do
    windows.set(window, { winbar = winbar() })
  end
end

local function schedule()
  if not scheduled then
    scheduled = true
    vim.defer_fn(draw, FRAME)
  end
end

local function listen()
  if listening then
    return
  end
  listening = true
  session.on("changes", function(changes)
    for _, change in ipairs(changes) do
      -- Text that streams changes nothing here.
      if not change.itemId or change.event and change.event.type ~= "item.recorded" then
        return schedule()
      end
    end
  end)
  session.on("loaded", schedule)
  session.on("status", schedule)
end

local function row_here()
  return rows[vim.api.nvim_win_get_cursor(0)[1]] or {}
end

local function with_thread(action)
  return function()
    local thread = row_here().thread
    if thread then
      action(thread)
    end
  end
end

local view = {}

function view.open()
  local row = row_here()
  if row.thread then
    local here = vim.api.nvim_get_current_win()
    vim.cmd.wincmd("p")
    if vim.api.nvim_get_current_win() == here then
      vim.cmd("botright vnew")
    end
    require("peon.views.chat").open(row.thread.threadId)
  elseif row.project then
    folded[row.project.projectId] = not folded[row.project.projectId]
    draw()
  end
end

function view.create()
  local row = row_here()
  local function create(project_id)
    actions.create_thread(project_id, nil, function(thread_id)
      require("peon.views.prompt").open(thread_id)
    end)
  end
  if row.project then
    create(row.project.projectId)
  else
    actions.project_here(create)
  end
end

function view.rename()
  local row = row_here()
  if row.thread then
    return actions.rename_thread(row.thread)
  elseif row.project then
    local options = { prompt = "Title: ", default = row.project.title }
    vim.ui.input(options, function(title)
      if title and vim.trim(title) ~= "" then
        local params = { projectId = row.project.projectId, title = title }
        session.request("project/configure", params)
      end
    end)
  end
end

function view.delete()
  local row = row_here()
  if row.thread then
    actions.delete_thread(row.thread)
  elseif row.project then
    local question = "Delete the project «%s» and its threads? Its folder stays."
    actions.confirm(question:format(row.project.title), function()
      session.request("project/delete", { projectId = row.project.projectId })
    end)
  end
end

view.archive = with_thread(actions.archive)
view.stop = with_thread(actions.stop)

function view.toggle_archived()
  show_archived = not show_archived
  draw()
end

function view.filter()
  vim.ui.input({ prompt = "Show threads with: ", default = filter }, function(given)
    if given then
      filter = vim.trim(given)
      draw()
    end
  end)
end

function view.approvals()
  require("peon.views.approvals").open()
end

function view.refresh()
  if session.client.status == "ready" then
    draw()
  else
    session.restart()
  end
end

function view.close()
  windows.close(vim.api.nvim_get_current_win())
end

local WINDOW = vim.tbl_extend("error", windows.PLAIN, {
  wrap = false,
  cursorline = true,
  winfixwidth = true,
  statusline = " Peon: threads%=",
})

local function make(buffer)
  signs.define()
  keys.map("threads", buffer, view)
  vim.bo[buffer].modifiable = false
  vim.api.nvim_create_autocmd("BufWinEnter", {
    buffer = buffer,
    callback = function()
      windows.set(0, WINDOW)
      windows.set(0, { winbar = winbar() })
    end,
  })
end

--- Fill the buffer that a session has brought back.
function M.restore()
  listen()
  windows.buffer(NAME, FILETYPE, make)
  session.ensure(draw)
end

--- Show the threads, in the window that shows them already or in one of their own.
function M.open()
  listen()
  local buffer = windows.buffer(NAME, FILETYPE, make)
  local window = windows.showing(buffer)
  if window then
    vim.api.nvim_set_current_win(window)
  else
    local width = windows.columns(require("peon.config").get().layout.threads_width)
    vim.cmd(("topleft %dvsplit"):format(width))
    vim.api.nvim_win_set_buf(0, buffer)
  end
  draw()
  session.ensure(draw)
end

return M

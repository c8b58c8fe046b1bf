--- The review of a turn: a tab with the file before and after beside each other, and below them a
--- list of every hunk with its verdict. The same hunks are a quickfix list.

local patches = require("peon.review.patches")
local keys = require("peon.views.keys")
local model = require("peon.review")
local panel = require("peon.views.review_panel")
local session = require("peon.session")
local sides = require("peon.views.review_sides")
local windows = require("peon.views.windows")

local M = {}

local FILETYPE = "peon-review"
local namespace = vim.api.nvim_create_namespace("peon.review")

---@class peon.OpenReview
---@field review peon.Review
---@field buffer integer
---@field before integer The window with what was.
---@field after integer The window with what is.
---@field path? string The file that is shown.
---@field rows peon.ReviewRow[]

local open ---@type peon.OpenReview?

local function thread_of(review)
  return session.state.threads[review.threadId]
end

local function root_of(review)
  local thread = thread_of(review)
  return thread and require("peon.views.chat").root_of(thread) or "."
end

local function set_quickfix(review)
  local items = {}
  for _, file in ipairs(review.files) do
    for _, hunk in ipairs(file.hunks) do
      table.insert(items, {
        filename = root_of(review) .. "/" .. file.path,
        lnum = patches.first_changed(hunk),
        text = panel.summary(hunk),
        user_data = { hunkId = hunk.hunkId },
      })
    end
  end
  local turn = thread_of(review) and thread_of(review).turnById[review.turnId]
  local title = ("Peon: what turn %s changed"):format(turn and turn.number or "?")
  local list = vim.fn.getqflist({ title = 1 })
  local action = list.title == title and "r" or " "
  vim.fn.setqflist({}, action, { title = title, items = items })
end

local function draw()
  local lines, marks, rows = panel.contents(open.review)
  local window = windows.showing(open.buffer)
  local cursor = window and vim.api.nvim_win_get_cursor(window)
  open.rows = rows
  vim.bo[open.buffer].modifiable = true
  vim.api.nvim_buf_clear_namespace(open.buffer, namespace, 0, -1)
  vim.api.nvim_buf_set_lines(open.buffer, 0, -1, false, lines)
  vim.bo[open.buffer].modifiable = false
  for _, mark in ipairs(marks) do
    vim.api.nvim_buf_set_extmark(open.buffer, namespace, mark.row, mark.col or 0, mark.opts)
  end
  if window and cursor then
    vim.api.nvim_win_set_cursor(window, { math.min(cursor[1], #lines), 0 })
  end
end

local function file_of(path)
  for _, file in ipairs(open.review.files) do
    if file.path == path then
      return file
    end
  end
end

--- Show a file before and after.
local function show_file(path)
  local file = file_of(path)
  if file and vim.api.nvim_win_is_valid(open.before) then
    open.path = path
    sides.show(open.before, open.after, root_of(open.review), file)
  end
end

local function row_here()
  local window = open and windows.showing(open.buffer)
  return window and open.rows[vim.api.nvim_win_get_cursor(window)[1]] or nil
end

--- Bring the windows above to the hunk at the cursor.
local function follow()
  local row = open and row_here()
  if not row then
    return
  end
  if row.file.path ~= open.path then
    show_file(row.file.path)
  end
  if row.hunk then
    sides.reveal(open.before, patches.first_changed(row.hunk, "oldStart"))
    sides.reveal(open.after, patches.first_changed(row.hunk))
  end
end

--- Read the changes again: a verdict was given, here or elsewhere, or a file is another.
local function refresh()
  local now = open
  if not now then
    return
  end
  model.read(now.review.threadId, now.review.turnId, function(err, review)
    if err or open ~= now then
      return
    end
    now.review = review
    draw()
    set_quickfix(review)
    local path = now.path
    now.path = nil
    if path and file_of(path) then
      show_file(path)
      follow()
    end
  end)
end

local function judged(err, result)
  if err then
    return session.complain(err)
  elseif result.waiting then
    require("peon.tell")("peon: it is done when the turn is over.", vim.log.levels.INFO)
  elseif #(result.conflicts or {}) > 0 then
    local paths = vim.tbl_map(function(each)
      return each.path
    end, result.conflicts)
    local told = ("peon: left as it is, somebody else changed it: %s"):format(
      table.concat(paths, ", ")
    )
    require("peon.tell")(told, vim.log.levels.WARN)
  end
  refresh()
end

local function judge(verdict, whole, comment)
  local row = row_here()
  if row then
    local ids = not whole and row.hunk and { row.hunk.hunkId } or nil
    model.judge(open.review, verdict, row.file.path, ids, comment, judged)
  end
end

--- Scroll the list so that all of a hunk is seen, or as much as there is room for.
local function reveal(window, place)
  local last = place
  while open.rows[last + 1] and open.rows[last + 1].hunk == open.rows[place].hunk do
    last = last + 1
  end
  vim.api.nvim_win_call(window, function()
    if place < vim.fn.line("w0") or last > vim.fn.line("w$") then
      local topline = last - vim.api.nvim_win_get_height(window) + 1
      vim.fn.winrestview({ topline = math.max(1, math.min(place, topline)) })
    end
  end)
end

local function go(step)
  local window = windows.showing(open.buffer)
  local line = vim.api.nvim_win_get_cursor(window)[1]
  local before = open.rows[line]
  for place = line + step, step > 0 and #open.rows or 1, step do
    local row = open.rows[place]
    if row.hunk and row.hunk ~= (before and before.hunk) and row.isHead then
      vim.api.nvim_win_set_cursor(window, { place, 0 })
      reveal(window, place)
      return
    end
  end
end

local view = {}

function view.jump()
  follow()
  if vim.api.nvim_win_is_valid(open.after) then
    vim.api.nvim_set_current_win(open.after)
  end
end

function view.accept()
  judge("accept", false)
end

function view.reject()
  judge("reject", false)
end

function view.accept_file()
  judge("accept", true)
end

function view.reject_file()
  judge("reject", true)
end

function view.accept_turn()
  model.judge(open.review, "accept", nil, nil, nil, judged)
end

function view.reject_turn()
  require("peon.actions").confirm("Take back all that this turn has changed?", function()
    if open then
      model.judge(open.review, "reject", nil, nil, nil, judged)
    end
  end)
end

function view.comment()
  vim.ui.input({ prompt = "What is wrong with it? " }, function(comment)
    if comment and vim.trim(comment) ~= "" then
      judge("reject", false, comment)
    end
  end)
end

function view.ask()
  local row = row_here()
  local thread = open and thread_of(open.review)
  vim.ui.input({ prompt = "What shall the agent do? " }, function(words)
    if not row or not thread or not words or vim.trim(words) == "" then
      return
    end
    require("peon.actions").send(
      thread.threadId,
      model.question(row.file.path, row.hunk, words),
      function(err)
        if err then
          return session.complain(err)
        end
        require("peon.tell")("peon: asked; :Peon chat has the answer.", vim.log.levels.INFO)
      end
    )
  end)
end

function view.next()
  go(1)
end

function view.previous()
  go(-1)
end

function view.fold()
  if vim.fn.foldlevel(".") > 0 then
    vim.cmd("normal! za")
  end
end

function view.close()
  open = nil
  if #vim.api.nvim_list_tabpages() > 1 then
    vim.cmd.tabclose()
  end
end

local listening = false

local function listen()
  if listening then
    return
  end
  listening = true
  session.on("event", function(event)
    local mine = open and event.payload.threadId == open.review.threadId
    if mine and vim.list_contains({ "review.recorded", "checkpoint.restored" }, event.type) then
      vim.defer_fn(refresh, 80)
    end
  end)
end

local function lay_out(review)
  vim.cmd.tabnew()
  local after = vim.api.nvim_get_current_win()
  vim.bo[vim.api.nvim_get_current_buf()].bufhidden = "wipe"
  vim.cmd("leftabove vsplit")
  local before = vim.api.nvim_get_current_win()
  local height = math.max(6, math.floor(vim.o.lines * 0.36))
  vim.cmd(("botright %dsplit"):format(height))
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden = "wipe"
  vim.api.nvim_win_set_buf(0, buffer)
  windows.set(
    0,
    vim.tbl_extend("error", windows.PLAIN, {
      wrap = false,
      cursorline = true,
      winfixheight = true,
      winbar = panel.winbar(review),
      statusline = " Peon: review%=%l/%L ",
    })
  )
  pcall(vim.api.nvim_buf_set_name, buffer, "peon://review/" .. review.turnId)
  vim.b[buffer].peon_view = FILETYPE
  keys.map("review", buffer, view)
  vim.api.nvim_create_autocmd("CursorMoved", { buffer = buffer, callback = follow })
  vim.api.nvim_create_autocmd("BufWipeout", {
    buffer = buffer,
    callback = function()
      open = nil
    end,
  })
  open = { review = review, buffer = buffer, before = before, after = after, rows = {} }
  vim.bo[buffer].filetype = FILETYPE
end

--- Open the review of a turn, by default of the last.
---@param thread_id string
---@param turn_id? string
function M.open(thread_id, turn_id)
  local thread = session.state.threads[thread_id]
  turn_id = turn_id or thread and thread.turns[#thread.turns] and thread.turns[#thread.turns].turnId
  if not turn_id then
    return require("peon.tell")("peon: no turn has changed anything yet.", vim.log.levels.INFO)
  end
  listen()
  model.read(thread_id, turn_id, function(err, review)
    if err then
      return session.complain(err)
    elseif #review.files == 0 then
      return require("peon.tell")("peon: this turn has changed no file.", vim.log.levels.INFO)
    end
    set_quickfix(review)
    lay_out(review)
    draw()
    for line, row in ipairs(open.rows) do
      if row.hunk then
        vim.api.nvim_win_set_cursor(0, { line, 0 })
        break
      end
    end
    show_file(review.files[1].path)
    follow()
  end)
end

--- The hunk at the cursor of whatever window of the review the user is in.
local function at_cursor()
  local buffer = vim.api.nvim_get_current_buf()
  if buffer == open.buffer then
    return row_here()
  end
  local line = vim.api.nvim_win_get_cursor(0)[1]
  local side = vim.api.nvim_get_current_win() == open.before and "oldStart" or "newStart"
  local file, best = file_of(open.path), nil
  for _, hunk in ipairs(file and file.hunks or {}) do
    if hunk[side] <= line then
      best = hunk
    end
  end
  return file and { file = file, hunk = best or file.hunks[1] }
end

--- Accept or reject the hunk at the cursor, in any window of the review.
---@param verdict "accept"|"reject"
---@param comment? string
function M.judge(verdict, comment)
  if not open then
    return require("peon.tell")(
      "peon: no review is open. :Peon review opens one.",
      vim.log.levels.INFO
    )
  elseif not open.review.canJudge then
    return require("peon.tell")("peon: this server cannot do that yet.", vim.log.levels.INFO)
  end
  local row = at_cursor()
  if row and row.hunk then
    model.judge(open.review, verdict, row.file.path, { row.hunk.hunkId }, comment, judged)
  end
end

return M

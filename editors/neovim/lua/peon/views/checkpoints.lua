--- Checkpoints: one is chosen, what going back to it would do is shown, and then it is done or not.

local float = require("peon.views.float")
local patches = require("peon.review.patches")
local keys = require("peon.views.keys")
local session = require("peon.session")
local signs = require("peon.views.signs")
local text = require("peon.views.text")

local M = {}

local namespace = vim.api.nvim_create_namespace("peon.checkpoint")
local chosen_namespace = vim.api.nvim_create_namespace("peon.checkpoint.chosen")

local KINDS = {
  turnStart = "before a turn",
  turnEnd = "after a turn",
  manual = "by hand",
  beforeRestore = "before going back",
}

local function add(out, line, group, path)
  table.insert(out.lines, line)
  out.paths[#out.lines] = path
  if group then
    table.insert(out.marks, { row = #out.lines - 1, opts = { end_col = #line, hl_group = group } })
  end
end

local VERBS = { create = "create", write = "write", delete = "delete", mode = "change" }

--- Turns by their numbers.
local function numbers(thread, turn_ids)
  return table.concat(
    vim.tbl_map(function(turn_id)
      local turn = thread.turnById[turn_id]
      return tostring(turn and turn.number or "?")
    end, turn_ids),
    ", "
  )
end

local function add_turns(out, thread, turn_ids, what)
  if #turn_ids > 0 then
    local words = #turn_ids == 1 and "turn" or "turns"
    local line = ("  %s %s %s, with c or b"):format(words, numbers(thread, turn_ids), what)
    add(out, line, "PeonPrompt")
  end
end

--- What the server says that a restore would do.
local function add_preview(out, thread, preview)
  add_turns(out, thread, preview.undone or {}, "would not count any more")
  add_turns(out, thread, preview.redone or {}, "would count again")
  for _, file in ipairs(preview.files) do
    local line = ("  %-7s %s"):format(VERBS[file.kind] or file.kind, file.path)
    add(out, line, "PeonPath", file.path)
  end
  for _, conflict in ipairs(preview.conflicts) do
    local line = ("  keeps   %s: %s"):format(conflict.path, conflict.reason)
    add(out, line, "PeonWaiting", conflict.path)
  end
  for _, missing in ipairs(preview.missing or {}) do
    add(out, ("  lacks   %s: %s"):format(missing.path, missing.reason), "PeonFailed")
  end
  if #preview.files == 0 and #preview.conflicts == 0 then
    add(out, "  No file would change.", "PeonMuted")
  end
end

local function add_diff(out, files)
  for _, file in ipairs(files) do
    add(out, "")
    add(out, ("  %s  %s"):format(file.path, file.kind), "PeonPath", file.path)
    for _, hunk in ipairs(patches.parse(file.patch or "")) do
      add(out, "  " .. hunk.header, "PeonHunk", file.path)
      for _, line in ipairs(hunk.lines) do
        add(out, "  " .. text.clipped(line), text.diff_group(line), file.path)
      end
    end
  end
end

local function done(err, result)
  if err then
    return session.complain(err)
  end
  local parts = {}
  if result.what ~= "conversation" then
    table.insert(parts, text.many(#(result.restored or {}), "file"))
  end
  if result.what and result.what ~= "files" then
    local turns = #(result.undone or {}) + #(result.redone or {})
    table.insert(parts, "the conversation by " .. text.many(turns, "turn"))
  end
  local told = ("peon: %s went back"):format(table.concat(parts, " and "))
  if #(result.conflicts or {}) > 0 then
    told = ("%s, %s kept"):format(told, text.many(#result.conflicts, "path"))
  end
  require("peon.tell")(told .. ". :Peon checkpoints has what was before.", vim.log.levels.INFO)
end

local function restore(thread, checkpoint, more)
  local params = { threadId = thread.threadId, checkpointId = checkpoint.checkpointId }
  session.request("checkpoint/restore", vim.tbl_extend("error", params, more or {}), done)
end

--- What is shown of a checkpoint, and the file that each line is about.
local function contents(thread, preview, files)
  local out = { lines = {}, marks = {}, paths = {} }
  add(out, "")
  add(out, "  Going back to this would undo what this thread did after it:", "PeonMuted")
  add(out, "")
  if preview then
    add_preview(out, thread, preview)
  end
  add_diff(out, files)
  if not preview and #files == 0 then
    add(out, "  No file has changed since.", "PeonMuted")
  end
  return out
end

--- Show which files are marked.
local function paint_chosen(buffer, out, chosen)
  vim.api.nvim_buf_clear_namespace(buffer, chosen_namespace, 0, -1)
  for row, path in pairs(out.paths) do
    if chosen[path] then
      vim.api.nvim_buf_set_extmark(buffer, chosen_namespace, row - 1, 0, {
        virt_text = { { signs.of("accepted"), "PeonTitle" } },
        virt_text_pos = "overlay",
      })
    end
  end
end

local function show(thread, checkpoint, preview, files)
  local out = contents(thread, preview, files)
  local footer = session.supports("checkpoint/preview")
      and "r files · m only marked · c conversation · b both · O overwrite · q leave"
    or "r bring the files back · q leave"
  local opened = float.open(out.lines, {
    title = checkpoint.description,
    footer = footer,
    width = math.floor(vim.o.columns * 0.7),
    height = math.min(#out.lines + 1, math.floor(vim.o.lines * 0.7)),
    enter = true,
    filetype = "peon-checkpoint",
  })
  for _, mark in ipairs(out.marks) do
    vim.api.nvim_buf_set_extmark(opened.buffer, namespace, mark.row, 0, mark.opts)
  end
  local chosen = {} ---@type table<string, true>
  local function mark()
    local path = out.paths[vim.api.nvim_win_get_cursor(opened.window)[1]]
    if path then
      chosen[path] = not chosen[path] or nil
      paint_chosen(opened.buffer, out, chosen)
    end
  end
  local function going(more)
    return function()
      local paths = vim.tbl_keys(chosen)
      table.sort(paths)
      if #paths > 0 and more and more.what == "conversation" then
        local told = "peon: a conversation has no files; m takes their marks away."
        return require("peon.tell")(told, vim.log.levels.INFO)
      end
      opened.close()
      local only = #paths > 0 and { paths = paths } or {}
      restore(thread, checkpoint, vim.tbl_extend("error", only, more or {}))
    end
  end
  keys.map("checkpoint", opened.buffer, {
    restore = going(),
    conversation = going({ what = "conversation" }),
    both = going({ what = "both" }),
    overwrite = going({ conflicts = "overwrite" }),
    mark = mark,
    close = opened.close,
  })
end

--- Show what going back to a checkpoint would do.
---@param thread peon.ThreadState
---@param checkpoint peon.CheckpointView
function M.preview(thread, checkpoint)
  local params = { threadId = thread.threadId, checkpointId = checkpoint.checkpointId }
  session.request("checkpoint/diff", params, function(err, diff)
    if err then
      return session.complain(err)
    elseif not session.supports("checkpoint/preview") then
      return show(thread, checkpoint, nil, diff.files)
    end
    local both = vim.tbl_extend("error", params, { what = "both" })
    session.request("checkpoint/preview", both, function(failed, preview)
      if failed then
        return session.complain(failed)
      end
      show(thread, checkpoint, preview, diff.files)
    end)
  end)
end

--- Choose a checkpoint of a thread, the newest first.
---@param thread peon.ThreadState
function M.choose(thread)
  local choices = {}
  for _, checkpoint in ipairs(thread.checkpoints) do
    table.insert(choices, 1, checkpoint)
  end
  if #choices == 0 then
    return require("peon.tell")("peon: this thread has no checkpoint yet.", vim.log.levels.INFO)
  end
  vim.ui.select(choices, {
    prompt = "Checkpoints",
    kind = "peon-checkpoint",
    format_item = function(each)
      local gone = each.expired and " · no longer kept" or ""
      local kind = KINDS[each.kind] or each.kind
      return ("%s · %s · %s%s"):format(text.clock(each.createdAt), each.description, kind, gone)
    end,
  }, function(chosen)
    if chosen then
      M.preview(thread, chosen)
    end
  end)
end

--- Show what undoing a turn, and those after it, would do.
---@param thread peon.ThreadState
---@param turn? peon.TurnState by default the last that is not undone
function M.undo(thread, turn)
  for index = #thread.turns, 1, -1 do
    if not turn and not thread.turns[index].undone then
      turn = thread.turns[index]
    end
  end
  local checkpoint = turn and require("peon.state.selectors").before(thread, turn)
  if checkpoint then
    return M.preview(thread, checkpoint)
  end
  require("peon.tell")("peon: there is no checkpoint to go back to.", vim.log.levels.INFO)
end

--- Show what taking back the last restore would do.
---@param thread peon.ThreadState
function M.redo(thread)
  for index = #thread.checkpoints, 1, -1 do
    local checkpoint = thread.checkpoints[index]
    if checkpoint.kind == "beforeRestore" and not checkpoint.expired then
      return M.preview(thread, checkpoint)
    end
  end
  require("peon.tell")("peon: nothing was brought back in this thread.", vim.log.levels.INFO)
end

--- Keep the files as they are now.
---@param thread peon.ThreadState
---@param description string
function M.create(thread, description)
  local params = { threadId = thread.threadId, description = description }
  session.request("checkpoint/create", params, function(err, result)
    if err then
      return session.complain(err)
    elseif #result.missing > 0 then
      local told = ("peon: kept, but for %s."):format(text.many(#result.missing, "path"))
      return require("peon.tell")(told, vim.log.levels.WARN)
    end
    require("peon.tell")(("peon: «%s» is kept."):format(description), vim.log.levels.INFO)
  end)
end

return M

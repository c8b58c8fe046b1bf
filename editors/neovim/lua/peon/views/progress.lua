--- What hooks, git and set-up commands say while they run: the last lines in a corner, all of it
--- with `:Peon output`.

local float = require("peon.views.float")
local session = require("peon.session")

local M = {}

--- How many lines stand in the corner.
local SHOWN = 6
--- How many lines are kept.
local KEPT = 2000
local FRAME = 40

---@class peon.Progress
---@field threadId string
---@field operationId string
---@field lines string[]

local last ---@type peon.Progress?
local corner ---@type peon.Float?
local scheduled = false

local function close()
  if corner then
    corner.close()
    corner = nil
  end
end

local function is_under_way(progress)
  local thread = session.state.threads[progress.threadId]
  local operation = thread and thread.operation
  return operation ~= nil and operation.operationId == progress.operationId
end

local function title(progress)
  local thread = session.state.threads[progress.threadId]
  return ("%s · %s"):format(thread.operation.kind, thread.title)
end

local function tail(lines)
  local clipped = require("peon.views.text").clipped
  return vim.tbl_map(clipped, vim.list_slice(lines, math.max(1, #lines - SHOWN + 1)))
end

local function draw()
  scheduled = false
  close()
  if last and is_under_way(last) then
    corner = float.open(tail(last.lines), {
      title = title(last),
      width = math.min(70, vim.o.columns - 4),
      corner = true,
    })
  end
end

local function schedule()
  if not scheduled then
    scheduled = true
    vim.defer_fn(draw, FRAME)
  end
end

--- Add what was said; a line may come in pieces, and one may write over itself.
local function add(progress, said)
  local lines = progress.lines
  local pieces = vim.split(said:gsub("\r\n", "\n"), "\n", { plain = true })
  lines[#lines] = (lines[#lines] .. pieces[1]):gsub("^.*\r(.)", "%1")
  for index = 2, #pieces do
    table.insert(lines, (pieces[index]:gsub("^.*\r(.)", "%1")))
  end
  if #lines > KEPT then
    progress.lines = vim.list_slice(lines, #lines - KEPT + 1)
  end
end

local function on_progress(params)
  if not last or last.operationId ~= params.operationId then
    last = { threadId = params.threadId, operationId = params.operationId, lines = { "" } }
  end
  add(last, params.text)
  schedule()
end

--- Show it from now on.
function M.listen()
  session.on("progress", on_progress)
  session.on("event", function(event)
    if corner and last and event.payload.operationId == last.operationId then
      schedule()
    end
  end)
end

--- Show all that the last operation has said.
function M.show()
  if not last then
    return require("peon.tell")("peon: nothing was said yet.", vim.log.levels.INFO)
  end
  vim.cmd.tabnew()
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].buftype = "nofile"
  vim.bo[buffer].bufhidden = "wipe"
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, last.lines)
  vim.bo[buffer].modifiable = false
  vim.keymap.set("n", "q", "<Cmd>tabclose<CR>", { buffer = buffer, nowait = true })
end

return M

--- Where a line comes from: the turn that wrote it, what was asked, and who allowed it.

local float = require("peon.views.float")
local session = require("peon.session")
local text = require("peon.views.text")

local M = {}

local function told(answer)
  if answer.origin ~= "turn" then
    local words = answer.origin == "external" and "Nobody's turn wrote this line."
      or "Where this line comes from is not known."
    return { "", "  " .. words, "" }
  end
  local lines = { "" }
  local thread = session.state.threads[answer.threadId]
  local turn = ("  Turn %s"):format(answer.number or "?")
  table.insert(lines, thread and ("%s of «%s»"):format(turn, thread.title) or turn)
  local who = { answer.provider, answer.model, answer.at and text.clock(answer.at) }
  table.insert(lines, "  " .. table.concat(vim.tbl_values(who), " · "))
  if answer.toolTitle then
    table.insert(lines, "  " .. answer.toolTitle)
  end
  local by = answer.decidedBy
  if by then
    table.insert(lines, ("  allowed by %s"):format(type(by) == "table" and by.name or by))
  end
  table.insert(lines, "")
  for _, line in ipairs(text.lines(answer.prompt and text.prompt(answer.prompt) or "")) do
    table.insert(lines, "  " .. line)
  end
  table.insert(lines, "")
  return lines
end

local function show(answer)
  local lines, width = told(answer), 30
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line) + 2)
  end
  local opened = float.open(lines, {
    title = ("Why line %d"):format(answer.line),
    footer = answer.threadId and "<CR> opens the thread · q closes" or "q closes",
    width = width,
    enter = true,
    filetype = "peon-why",
  })
  for _, lhs in ipairs({ "q", "<Esc>", "<C-c>" }) do
    vim.keymap.set("n", lhs, opened.close, { buffer = opened.buffer, nowait = true })
  end
  vim.keymap.set("n", "<CR>", function()
    opened.close()
    if answer.threadId then
      require("peon.views.chat").open(answer.threadId)
    end
  end, { buffer = opened.buffer, nowait = true })
end

--- Whose file this is: that of a thread's worktree, or of a project.
local function place_of(path)
  for _, thread in pairs(session.state.threads) do
    local folder = thread.worktree and not thread.worktree.removed and thread.folder
    if folder and vim.startswith(path, folder .. "/") then
      return { threadId = thread.threadId, path = path:sub(#folder + 2) }
    end
  end
  local project = require("peon.actions").project_around(path)
  return project and { projectId = project.projectId, path = path:sub(#project.root + 2) }
end

--- Tell where the line at the cursor comes from.
function M.here()
  local path = vim.uv.fs_realpath(vim.api.nvim_buf_get_name(0))
  local params = path and place_of(path)
  if not params then
    return require("peon.tell")("peon: this file is in no project.", vim.log.levels.INFO)
  end
  params.line = vim.api.nvim_win_get_cursor(0)[1]
  session.request("why/line", params, function(err, answer)
    if err then
      return session.complain(err)
    end
    show(answer)
  end)
end

return M

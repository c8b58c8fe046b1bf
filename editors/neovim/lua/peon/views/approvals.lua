--- What agents ask for, in a float that blocks nothing: everything goes on being drawn, and the
--- float opens when no key was pressed for a while, so that nothing is answered by accident.

local float = require("peon.views.float")
local keys = require("peon.views.keys")
local request = require("peon.views.approval_request")
local selectors = require("peon.state.selectors")
local session = require("peon.session")

local M = {}

---@class peon.OpenApproval
---@field float peon.Float
---@field threadId string
---@field actionId string
---@field answers table<string, any>
---@field fieldRows table<integer, table>

local shown ---@type peon.OpenApproval?
local put_off = {} ---@type table<string, true>
local answered = {} ---@type table<string, true> Our answer is on its way.
local last_key = 0
local watching_keys = false
local waiting_for_idle = false

--- Everything that waits for an answer, the oldest first.
---@return peon.Waiting[]
function M.waiting()
  return selectors.waiting(session.state)
end

local function find(thread_id, action_id)
  for _, each in ipairs(M.waiting()) do
    if each.action.actionId == action_id and each.thread.threadId == thread_id then
      return each
    end
  end
end

local function close()
  local closing = shown
  shown = nil
  if closing then
    closing.float.close()
  end
end

--- Answer an action. Whoever was first is told of, if it was not us.
---@param waiting peon.Waiting
---@param method "action/approve"|"action/reject"
---@param more? table
---@param callback? fun(err?: peon.ErrorContent)
function M.answer(waiting, method, more, callback)
  local params = vim.tbl_extend("force", {
    threadId = waiting.thread.threadId,
    actionId = waiting.action.actionId,
  }, more or {})
  answered[params.actionId] = true
  session.request(method, params, function(err)
    answered[params.actionId] = nil
    if err and err.kind == "action.alreadyResolved" then
      local by = vim.tbl_get(err, "details", "by", "name") or "somebody"
      local told = ("peon: %s was first: %s."):format(by, err.details.decision or "answered")
      require("peon.tell")(told, vim.log.levels.INFO)
    elseif err and not (callback and err.kind == "action.answersInvalid") then
      session.complain(err)
    end
    if callback then
      callback(err)
    end
  end)
end

local show

local function here()
  return shown and find(shown.threadId, shown.actionId)
end

--- Send the answers to a question. Where one cannot be taken it is asked again, with what was
--- answered; but a secret is kept nowhere.
local function answer_question(waiting, answers)
  local missing = request.missing(waiting.action, answers)
  if missing then
    local told = ("peon: «%s» wants an answer."):format(missing)
    return require("peon.tell")(told, vim.log.levels.WARN)
  end
  local kept = request.without_secrets(waiting.action, answers)
  local params = { answers = next(answers) and answers or vim.empty_dict() }
  close()
  M.answer(waiting, "action/approve", params, function(err)
    local again = err and find(waiting.thread.threadId, waiting.action.actionId)
    if again then
      show(again, true, kept, nil, request.problems(err))
    end
  end)
end

local function answer_here(method, more)
  local waiting = here()
  if not waiting then
    return close()
  elseif method == "action/approve" and #(waiting.action.fields or {}) > 0 then
    return answer_question(waiting, shown.answers)
  end
  close()
  M.answer(waiting, method, more)
end

local function step(by)
  local all = M.waiting()
  for index, each in ipairs(all) do
    if shown and each.action.actionId == shown.actionId then
      local other = all[(index - 1 + by) % #all + 1]
      return show(other, true)
    end
  end
end

local view = {}

function view.once()
  answer_here("action/approve")
end

local function allow_for(scope)
  return function()
    local waiting = here()
    if waiting and not request.reaches(waiting.action, scope) then
      return require("peon.tell")("peon: this can be allowed for once only.", vim.log.levels.INFO)
    end
    answer_here("action/approve", { scope = scope })
  end
end

view.session = allow_for("session")
view.always = allow_for("always")

--- Choose among the answers that the agent itself offers.
function view.choose()
  local waiting = here()
  local options = waiting and waiting.action.options or {}
  vim.ui.select(options, {
    prompt = "Answer",
    kind = "peon-answer",
    format_item = function(option)
      return option.label
    end,
  }, function(option)
    if not option then
      return
    elseif option.kind:match("^reject") then
      return answer_here("action/reject")
    end
    answer_here("action/approve", { optionId = option.optionId })
  end)
end

function view.reject()
  answer_here("action/reject")
end

function view.reject_because()
  local waiting = here()
  vim.ui.input({ prompt = "Why not? " }, function(reason)
    if reason and waiting then
      close()
      M.answer(waiting, "action/reject", { reason = reason ~= "" and reason or nil })
    end
  end)
end

function view.answer()
  local waiting = here()
  local row = vim.api.nvim_win_get_cursor(0)[1]
  local field = shown and shown.fieldRows[row]
  if waiting and field then
    local answers = shown.answers
    request.ask(field, answers[field.name], function(value)
      answers[field.name] = value
      show(waiting, true, answers, row)
    end)
  end
end

function view.diff()
  local waiting = here()
  local item = waiting and request.item(waiting)
  if item and #(item.edits or {}) > 0 then
    local thread = waiting.thread
    view.later()
    require("peon.views.edits").open(item, thread)
  end
end

--- Open the page that the question is about; its whole address is in front of the user.
function view.page()
  local waiting = here()
  local address = waiting and request.page(waiting.action)
  if not address then
    return require("peon.tell")("peon: there is no page to open.", vim.log.levels.INFO)
  end
  local _, err = vim.ui.open(address)
  if err then
    require("peon.tell")("peon: " .. err, vim.log.levels.WARN)
  end
end

function view.next()
  step(1)
end

function view.previous()
  step(-1)
end

function view.open()
  local waiting = here()
  view.later()
  if waiting then
    require("peon.views.chat").open(waiting.thread.threadId)
  end
end

function view.later()
  if shown then
    put_off[shown.actionId] = true
  end
  close()
end

local function title(waiting)
  local all = M.waiting()
  local agent = vim.tbl_get(waiting.thread, "session", "agentName") or waiting.thread.provider
  local count = #all > 1 and (" · %d wait"):format(#all) or ""
  return ("%s %s%s"):format(agent, request.wish(waiting.action), count)
end

--- Show what waits, at the cursor's service or, where the user is typing, beside them.
---@param waiting peon.Waiting
---@param enter boolean
---@param answers? table<string, any>
---@param answered_row? integer The line of the field that was just answered.
---@param problems? table<string, string> Why the answer to a field was not taken.
show = function(waiting, enter, answers, answered_row, problems)
  close()
  answers = answers or request.defaults(waiting.action)
  local content = request.content(waiting, answers, problems)
  local height = math.min(#content.lines, math.max(6, math.floor(vim.o.lines * 0.6)))
  local opened = float.open(content.lines, {
    title = title(waiting),
    footer = enter and request.footer(waiting.action) or ":Peon approvals answers",
    width = content.width,
    height = height,
    enter = enter,
    corner = not enter,
    filetype = "peon-approval",
  })
  request.paint(opened.buffer, content)
  shown = {
    float = opened,
    threadId = waiting.thread.threadId,
    actionId = waiting.action.actionId,
    answers = answers,
    fieldRows = content.fieldRows,
  }
  keys.map("approval", opened.buffer, view)
  local row = content.wrongRow or request.next_field(content, answered_row or 0)
  if row then
    vim.api.nvim_win_set_cursor(opened.window, { row, 0 })
  end
end

--- Show what waits: in this thread if it is named, else the oldest.
---@param thread_id? string
function M.open(thread_id)
  local all = M.waiting()
  local chosen = all[1]
  for _, each in ipairs(all) do
    if each.thread.threadId == thread_id then
      chosen = each
      break
    end
  end
  if not chosen then
    return require("peon.tell")("peon: nothing waits for you.", vim.log.levels.INFO)
  end
  M.load(chosen, function(waiting)
    show(waiting, true)
  end)
end

--- See that what an action is about is known.
---@param waiting peon.Waiting
---@param callback fun(waiting: peon.Waiting)
function M.load(waiting, callback)
  if waiting.thread.loaded then
    return callback(waiting)
  end
  session.read(waiting.thread.threadId, function()
    local again = find(waiting.thread.threadId, waiting.action.actionId)
    if again then
      callback(again)
    end
  end)
end

local function watch_keys()
  if not watching_keys then
    watching_keys = true
    last_key = vim.uv.now()
    vim.on_key(function()
      last_key = vim.uv.now()
    end, vim.api.nvim_create_namespace("peon.idle"))
  end
end

local function stop_watching()
  if watching_keys then
    watching_keys = false
    vim.on_key(nil, vim.api.nvim_create_namespace("peon.idle"))
  end
end

local function is_entered()
  return shown ~= nil and vim.api.nvim_get_current_win() == shown.float.window
end

--- The oldest that was not put off, if nothing is in front of the user already.
local function due()
  if is_entered() then
    return nil
  end
  for _, each in ipairs(M.waiting()) do
    local id = each.action.actionId
    if not put_off[id] and not answered[id] then
      return each
    end
  end
end

--- Open what is due when the user is idle; while they write, show it without taking the cursor.
local function when_idle()
  waiting_for_idle = false
  local chosen = due()
  if not chosen then
    return stop_watching()
  end
  local idle = require("peon.config").get().approvals.idle_ms
  local missing = idle - (vim.uv.now() - last_key)
  local mode = vim.api.nvim_get_mode()
  local is_free = mode.mode == "n" and not mode.blocking and vim.fn.getcmdwintype() == ""
  if missing <= 0 and is_free then
    stop_watching()
    return M.load(chosen, function(waiting)
      show(waiting, true)
    end)
  elseif missing <= 0 and not shown and mode.mode:match("^[it]") then
    M.load(chosen, function(waiting)
      show(waiting, false)
    end)
  end
  waiting_for_idle = true
  vim.defer_fn(when_idle, missing > 0 and missing + 5 or 200)
end

local function expect()
  if not waiting_for_idle and due() and require("peon.config").get().approvals.popup then
    waiting_for_idle = true
    watch_keys()
    vim.defer_fn(when_idle, 20)
  end
end

--- From now on open what is asked, and close what was answered elsewhere.
function M.listen()
  session.on("event", function(event)
    if event.type == "action.requested" then
      expect()
    elseif event.type == "action.resolved" then
      put_off[event.payload.actionId] = nil
      if shown and shown.actionId == event.payload.actionId then
        close()
      end
      expect()
    end
  end)
  session.on("loaded", function()
    if shown and not here() then
      close()
    end
    expect()
  end)
end

return M

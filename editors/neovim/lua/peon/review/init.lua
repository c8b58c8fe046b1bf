--- The changes of a turn, hunk by hunk, wherever the server tells of them: `review/get` with
--- verdicts, else `turn/diff` to look at.

local patches = require("peon.review.patches")
local session = require("peon.session")
local text = require("peon.views.text")

local M = {}

local PAGE = 100

---@class peon.ReviewedFile
---@field path string
---@field oldPath? string
---@field kind string
---@field binary boolean
---@field status string
---@field hunks peon.Hunk[]

---@class peon.Review
---@field threadId string
---@field turnId string
---@field files peon.ReviewedFile[]
---@field canJudge boolean Whether hunks can be accepted and rejected.

local function of_review(file)
  local found = { path = file.path, oldPath = file.oldPath, kind = file.kind }
  found.binary, found.status, found.hunks = file.binary, file.status, {}
  for _, hunk in ipairs(file.hunks) do
    local parsed = patches.parse(hunk.patch or "")[1]
    table.insert(found.hunks, {
      hunkId = hunk.hunkId,
      path = file.path,
      status = hunk.status,
      oldStart = parsed and parsed.oldStart or hunk.oldStart,
      newStart = parsed and parsed.newStart or hunk.newStart,
      header = parsed and parsed.header or "",
      lines = parsed and parsed.lines or {},
      note = not parsed and (hunk.patch or hunk.kind) or nil,
      isHidden = not hunk.patch and (hunk.kind == "text" or hunk.kind == "whole"),
    })
  end
  return found
end

local function of_diff(file)
  local found = { path = file.path, oldPath = file.oldPath, kind = file.kind }
  found.binary, found.status, found.hunks = file.binary, "pending", {}
  for _, parsed in ipairs(patches.parse(file.patch or "")) do
    parsed.path, parsed.status = file.path, "pending"
    table.insert(found.hunks, parsed)
  end
  if #found.hunks == 0 then
    local note = file.binary and "a binary file" or file.truncated and "too large" or file.kind
    table.insert(found.hunks, {
      path = file.path,
      status = "pending",
      oldStart = 0,
      newStart = 1,
      header = "",
      lines = {},
      note = note,
    })
  end
  return found
end

--- Read the changes of a turn, all pages of them.
---@param thread_id string
---@param turn_id string
---@param callback fun(err?: peon.ErrorContent, review?: peon.Review)
function M.read(thread_id, turn_id, callback)
  local can_judge = session.supports("review/get")
  local method = can_judge and "review/get" or "turn/diff"
  local convert = can_judge and of_review or of_diff
  local review = { threadId = thread_id, turnId = turn_id, files = {}, canJudge = can_judge }
  local function page(offset)
    local params = { threadId = thread_id, turnId = turn_id, offset = offset, limit = PAGE }
    session.request(method, params, function(err, result)
      if err then
        return callback(err)
      end
      for _, file in ipairs(result.files) do
        table.insert(review.files, convert(file))
      end
      if result.nextOffset then
        return page(result.nextOffset)
      end
      callback(nil, review)
    end)
  end
  page(0)
end

--- What an agent is asked about a file or a hunk of it: the words, and the lines as they are shown.
---@param path string
---@param hunk? peon.Hunk
---@param words string
---@return string
function M.question(path, hunk, words)
  local lines = hunk and hunk.lines or {}
  local asked = ("%s\n\nThis is about "):format(vim.trim(words))
  if #lines == 0 then
    return ("%s%s."):format(asked, path)
  end
  local fence = text.fence(lines)
  local line, diff = patches.first_changed(hunk), table.concat(lines, "\n")
  return ("%sline %d of %s:\n\n%sdiff\n%s\n%s"):format(asked, line, path, fence, diff, fence)
end

--- Give a verdict on some hunks of a file, on all of it, or on all of the turn.
---@param review peon.Review
---@param verdict "accept"|"reject"
---@param path? string
---@param hunk_ids? string[]
---@param comment? string
---@param callback fun(err?: peon.ErrorContent, result?: table)
function M.judge(review, verdict, path, hunk_ids, comment, callback)
  session.request("review/" .. verdict, {
    threadId = review.threadId,
    turnId = review.turnId,
    path = path,
    hunkIds = hunk_ids,
    comment = comment,
  }, callback)
end

return M

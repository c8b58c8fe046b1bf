--- What waits behind the turn in progress: it can be changed, moved, removed, or sent now.

local session = require("peon.session")
local text = require("peon.views.text")

local M = {}

local function of(thread, message, more)
  local params = { threadId = thread.threadId, messageId = message.messageId }
  return vim.tbl_extend("error", params, more or {})
end

local CHOICES = {
  {
    text = "change it",
    needs = "message/edit",
    act = function(thread, message)
      local options = { prompt = "Prompt: ", default = text.prompt(message.prompt) }
      vim.ui.input(options, function(prompt)
        if prompt and vim.trim(prompt) ~= "" then
          session.request("message/edit", of(thread, message, { prompt = prompt }))
        end
      end)
    end,
  },
  {
    text = "put it first",
    needs = "message/move",
    act = function(thread, message)
      local first = thread.queue[1]
      if first and first.messageId ~= message.messageId then
        session.request("message/move", of(thread, message, { before = first.messageId }))
      end
    end,
  },
  {
    text = "send it now",
    needs = "message/send",
    act = function(thread, message)
      session.request("message/send", of(thread, message))
    end,
  },
  {
    text = "remove it",
    needs = "message/remove",
    act = function(thread, message)
      session.request("message/remove", of(thread, message))
    end,
  },
}

local function choose_what(thread, message)
  local choices = vim.tbl_filter(function(choice)
    return session.supports(choice.needs)
  end, CHOICES)
  vim.ui.select(choices, {
    prompt = text.clipped(text.lines(text.prompt(message.prompt))[1] or ""),
    format_item = function(choice)
      return choice.text
    end,
  }, function(choice)
    if choice then
      choice.act(thread, message)
    end
  end)
end

--- Choose one of the prompts that wait, and what becomes of it.
---@param thread peon.ThreadState
function M.choose(thread)
  if #thread.queue == 0 then
    return require("peon.tell")("peon: nothing is queued.", vim.log.levels.INFO)
  end
  vim.ui.select(thread.queue, {
    prompt = thread.queueHeld and "Queued, and held back" or "Queued",
    kind = "peon-queue",
    format_item = function(message)
      return text.clipped(text.lines(text.prompt(message.prompt))[1] or "")
    end,
  }, function(message)
    if message then
      choose_what(thread, message)
    end
  end)
end

return M

--- The fold of what waits for its turn in a thread. Pure.

local M = {}

local function remove(queue, message_id)
  for index, each in ipairs(queue) do
    if each.messageId == message_id then
      return table.remove(queue, index)
    end
  end
end

--- A message waits, or is told again to wait: one that is there keeps its place.
---@param thread peon.ThreadState
---@param payload peon.MessageQueued
---@param queued_at string
function M.queued(thread, payload, queued_at)
  for _, message in ipairs(thread.queue) do
    if message.messageId == payload.messageId then
      message.steer = false
      return
    end
  end
  table.insert(thread.queue, {
    messageId = payload.messageId,
    prompt = payload.prompt,
    model = payload.model,
    mode = payload.mode,
    options = payload.options,
    steer = (payload.steer and payload.turnId ~= nil) or false,
    queuedAt = queued_at,
  })
end

--- A message that waits says something else.
---@param thread peon.ThreadState
---@param message_id string
---@param changes table
function M.changed(thread, message_id, changes)
  for _, message in ipairs(thread.queue) do
    if message.messageId == message_id then
      for name, value in pairs(changes) do
        message[name] = value
      end
    end
  end
end

--- A message no longer waits; a queue with nothing in it is not held.
---@param thread peon.ThreadState
---@param message_id? string
function M.gone(thread, message_id)
  if message_id then
    remove(thread.queue, message_id)
  end
  thread.held = thread.held and #thread.queue > 0
end

---@param thread peon.ThreadState
---@param order string[]
function M.reordered(thread, order)
  local ordered = {}
  for _, message_id in ipairs(order) do
    table.insert(ordered, remove(thread.queue, message_id))
  end
  thread.queue = ordered
end

return M

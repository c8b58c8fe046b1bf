--- The items of a turn: text that grows, everything else by patches. Pure.

local M = {}

--- An item as the server's view has it. Text that came since `text` was last asked for waits in
--- `pieces`, so that a long message is not copied for every word of it.
---@class peon.ItemState: peon.ItemView
---@field pieces string[]
---@field length integer Bytes of text that are known.
---@field isRecorded boolean Whether it is in the log, or known by deltas only.

---@param view peon.ItemView
---@return peon.ItemState
function M.from_view(view)
  local item = view --[[@as peon.ItemState]]
  item.pieces = {}
  item.length = #item.text
  item.isRecorded = true
  return item
end

--- The whole text of an item.
---@param item peon.ItemState
---@return string
function M.text(item)
  if #item.pieces > 0 then
    item.text = item.text .. table.concat(item.pieces)
    item.pieces = {}
  end
  return item.text
end

function M.empty_item(item_id, kind, status)
  return {
    itemId = item_id,
    kind = kind,
    status = status,
    text = "",
    content = {},
    edits = {},
    locations = {},
    entries = {},
    pieces = {},
    length = 0,
    isRecorded = false,
  }
end

--- Add the part of a text that is not known yet. One that begins later leaves a gap, which the
--- event that holds the same text will close.
---@return boolean whether anything was added
local function grow(item, offset, ending, text)
  if ending <= item.length or offset > item.length then
    return false
  end
  table.insert(item.pieces, offset == item.length and text or text:sub(item.length - offset + 1))
  item.length = ending
  return true
end

--- Items stand in the order in which they were recorded; those known by deltas only come last.
local function put_in_place(turn, item)
  for index, each in ipairs(turn.items) do
    if each == item then
      table.remove(turn.items, index)
      break
    end
  end
  turn.recorded = turn.recorded + 1
  table.insert(turn.items, turn.recorded, item)
  item.isRecorded = true
end

local PATCHED = {
  "title",
  "toolKind",
  "summary",
  "input",
  "content",
  "edits",
  "locations",
  "entries",
}

---@param turn peon.TurnState
---@param payload peon.ItemRecorded
function M.with_item_event(turn, payload)
  local item = turn.itemById[payload.itemId]
  if not item then
    item = M.empty_item(payload.itemId, payload.kind, payload.status)
    turn.itemById[payload.itemId] = item
  end
  if not item.isRecorded then
    put_in_place(turn, item)
  end
  item.status = payload.status
  local append = payload.append
  if append then
    grow(item, append.offset, append["end"], append.text)
  end
  for _, member in ipairs(payload.patch and PATCHED or {}) do
    local value = payload.patch[member]
    if value ~= nil then
      item[member] = value
    end
  end
end

---@param turn peon.TurnState
---@param delta peon.TurnDelta
---@return boolean whether anything is new
function M.with_item_delta(turn, delta)
  local item = turn.itemById[delta.itemId]
  if not item then
    if delta.offset > 0 then
      return false
    end
    item = M.empty_item(delta.itemId, delta.kind, "streaming")
    turn.itemById[delta.itemId] = item
    table.insert(turn.items, item)
  end
  return grow(item, delta.offset, delta["end"], delta.text)
end

return M

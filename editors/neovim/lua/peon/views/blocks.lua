--- A buffer made of blocks: each is some lines with marks. When one changes only its lines that
--- differ are written, so a long text can grow without the rest being touched.

local M = {}

--- A mark in a block. Rows count from 0 at the block's first line.
---@class peon.Mark
---@field row integer
---@field col? integer
---@field opts vim.api.keyset.set_extmark

---@class peon.Block
---@field key string
---@field lines string[]
---@field marks peon.Mark[]
---@field folded? integer The row of the line that a fold of this block begins with.
---@field data? any What the view wants to find again at a line.

---@class peon.BlockBuffer
---@field buffer integer
---@field blocks peon.Block[]
---@field private namespace integer
---@field private levels? string[] What `foldexpr` answers, by line.
---@field private folds table<string, boolean> The blocks that had a fold before.
local BlockBuffer = {}
BlockBuffer.__index = BlockBuffer

---@param buffer integer
---@param namespace integer
---@return peon.BlockBuffer
function M.new(buffer, namespace)
  return setmetatable(
    { buffer = buffer, namespace = namespace, blocks = {}, folds = {} },
    BlockBuffer
  )
end

--- How many lines two lists have in common at their beginning.
local function common(old, new)
  local count = math.min(#old, #new)
  for index = 1, count do
    if old[index] ~= new[index] then
      return index - 1
    end
  end
  return count
end

---@private
function BlockBuffer:mark(block, start)
  for _, mark in ipairs(block.marks) do
    vim.api.nvim_buf_set_extmark(
      self.buffer,
      self.namespace,
      start + mark.row,
      mark.col or 0,
      mark.opts
    )
  end
end

--- Put a block in the place of another. Neovim asks for the levels of folds while lines are being
--- written, so what it is answered from must be up to date before.
---@private
function BlockBuffer:replace(index, start, new)
  local old = self.blocks[index]
  self.blocks[index] = new
  self.levels = #old.lines == #new.lines and old.folded == new.folded and self.levels or nil
  vim.api.nvim_buf_clear_namespace(self.buffer, self.namespace, start, start + #old.lines)
  local same = common(old.lines, new.lines)
  if same < #old.lines or same < #new.lines then
    local rest = vim.list_slice(new.lines, same + 1)
    vim.api.nvim_buf_set_lines(self.buffer, start + same, start + #old.lines, false, rest)
  end
  self:mark(new, start)
end

---@private
function BlockBuffer:replace_tail(index, start, wanted, render)
  local lines = {}
  for place = #self.blocks, index, -1 do
    self.blocks[place] = nil
  end
  for place = index, #wanted do
    local block = render(wanted[place], self.blocks[place - 1])
    table.insert(self.blocks, block)
    vim.list_extend(lines, block.lines)
  end
  self.levels = nil
  vim.api.nvim_buf_clear_namespace(self.buffer, self.namespace, start, -1)
  vim.api.nvim_buf_set_lines(self.buffer, start, -1, false, lines)
  for place = index, #wanted do
    self:mark(self.blocks[place], start)
    start = start + #self.blocks[place].lines
  end
end

--- Bring the buffer up to date.
---@generic T
---@param wanted {key: string}[] What shall stand there, in order.
---@param dirty fun(key: string): boolean Whether a block that stands there must be made again.
---@param render fun(each: table, before?: peon.Block): peon.Block
function BlockBuffer:update(wanted, dirty, render)
  vim.bo[self.buffer].modifiable = true
  local start = 0
  for index, each in ipairs(wanted) do
    local block = self.blocks[index]
    if not block or block.key ~= each.key then
      self:replace_tail(index, start, wanted, render)
      break
    elseif dirty(each.key) then
      self:replace(index, start, render(each, self.blocks[index - 1]))
    end
    start = start + #self.blocks[index].lines
  end
  if #self.blocks > #wanted then
    self:replace_tail(#wanted + 1, start, wanted, render)
  end
  vim.bo[self.buffer].modifiable = false
  vim.bo[self.buffer].modified = false
end

--- The block at a line, which counts from 1, and the line at which it begins.
---@param line integer
---@return peon.Block? block, integer first, integer index
function BlockBuffer:at(line)
  local first = 1
  for index, block in ipairs(self.blocks) do
    if line < first + #block.lines then
      return block, first, index
    end
    first = first + #block.lines
  end
  return nil, first, #self.blocks + 1
end

--- The line at which a block begins.
---@param index integer
---@return integer
function BlockBuffer:line_of(index)
  local first = 1
  for place = 1, index - 1 do
    first = first + #self.blocks[place].lines
  end
  return first
end

--- The folds that have come into being since this was last asked.
---@return {line: integer}[]
function BlockBuffer:take_new_folds()
  local found, line = {}, 1
  for _, block in ipairs(self.blocks) do
    local is_new = block.folded and not self.folds[block.key]
    if is_new then
      self.folds[block.key] = true
      table.insert(found, { line = line + block.folded })
    end
    line = line + #block.lines
  end
  return found
end

---@param line integer
---@return string level
function BlockBuffer:fold_level(line)
  if not self.levels then
    self.levels = {}
    for _, block in ipairs(self.blocks) do
      for row = 0, #block.lines - 1 do
        local inside = block.folded and row >= block.folded
        table.insert(self.levels, row == block.folded and ">1" or inside and "1" or "0")
      end
    end
  end
  return self.levels[line] or "0"
end

return M

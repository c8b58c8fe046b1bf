--- Tells the user something in one line. What does not fit is shortened, because Neovim would
--- otherwise stop and wait for a key; all of it stands in `:Peon log`. A `vim.notify` of the user's
--- own has room for everything.

--- Whether it is Neovim's own, which writes into the line at the bottom. Since 0.12 it does not
--- say where it stands.
local function is_plain()
  local source = debug.getinfo(vim.notify, "S").source
  return source:match("^@?vim/_") ~= nil or source:match("^=?%?$") ~= nil
end

local function shortened(text)
  local room = math.max(vim.v.echospace, 20)
  text = text:gsub("\n", " ")
  if vim.fn.strdisplaywidth(text) <= room then
    return text
  end
  local count = room - 1
  local cut = vim.fn.strcharpart(text, 0, count)
  while vim.fn.strdisplaywidth(cut) > room - 1 do
    count = count - 1
    cut = vim.fn.strcharpart(text, 0, count)
  end
  return cut .. "…"
end

---@param text string
---@param level? integer
return function(text, level)
  local session = package.loaded["peon.session"]
  if session then
    session.note(text)
  end
  vim.notify(is_plain() and shortened(text) or text, level)
end

--- Writes `doc/peon.txt` from what the plugin itself holds: options, commands, keys and colours. Run by `nvim -l`; with `--check` it only says whether the file is as it should be.

local here = arg[0]:match("^(.*)/scripts/[^/]+$") or "."
package.path = ("%s/lua/?.lua;%s/lua/?/init.lua;%s"):format(here, here, package.path)

local WIDTH = 78

local function wrapped(text, indent)
  local lines, line = {}, nil
  for word in text:gmatch("%S+") do
    if not line then
      line = indent .. word
    elseif #line + 1 + #word > WIDTH then
      table.insert(lines, line)
      line = indent .. word
    else
      line = line .. " " .. word
    end
  end
  table.insert(lines, line)
  return lines
end

local out = {}

local function say(line)
  table.insert(out, line or "")
end

local function paragraph(text, indent)
  for _, line in ipairs(wrapped(text, indent or "")) do
    say(line)
  end
  say()
end

--- A line with a tag at its right.
local function tagged(text, tag)
  local mark = "*" .. tag .. "*"
  if #text + #mark + 1 > WIDTH then
    say((" "):rep(WIDTH - #mark) .. mark)
    say(text)
  else
    say(text .. (" "):rep(WIDTH - #text - #mark) .. mark)
  end
end

local function chapter(title, tag)
  say(("="):rep(WIDTH))
  tagged(title, tag)
  say()
end

--- A backtick begins and ends what is typed; Vim's help does the same.
local function template()
  local file = assert(io.open(here .. "/scripts/help.txt"))
  local text = file:read("*a")
  file:close()
  return text
end

local sections = {}

function sections.options()
  for _, option in ipairs(require("peon.config").options) do
    tagged(option.name, "peon-option-" .. option.name)
    local kind = option.kind == "strings" and "a list of strings" or option.kind
    local default = option.default == nil and "not set" or tostring(option.default)
    paragraph(("(%s, default: %s)"):format(kind:gsub("|", " | "), default), "    ")
    out[#out] = nil
    paragraph(option.text, "    ")
  end
end

function sections.commands()
  for _, command in ipairs(require("peon.subcommands").commands) do
    local typed = (":Peon %s %s"):format(command.name, command.args or ""):gsub(" $", "")
    tagged(typed, ":Peon-" .. command.name)
    paragraph(command.text, "    ")
  end
end

function sections.maps()
  for line in io.lines(here .. "/plugin/peon.lua") do
    local name, command = line:match('^  %[?"?([%w-]+)"?%]? = "(%w+)",$')
    if name then
      say(("    %-30s `:Peon %s`"):format(("<Plug>(peon-%s)"):format(name), command))
    end
  end
  say()
end

local VIEWS = {
  { "threads", "In the window with the threads" },
  { "chat", "In a chat" },
  { "prompt", "In the window that one writes in" },
  { "approval", "In the window that asks for an answer" },
  { "review", "In the list of a review" },
  { "checkpoint", "In the window that shows what going back would do" },
  { "commit", "In the window with a commit's message" },
}

function sections.keys()
  local keys = require("peon.views.keys").keys
  for _, view in ipairs(VIEWS) do
    tagged(view[2], "peon-keys-" .. view[1])
    say()
    for _, key in ipairs(keys[view[1]]) do
      say(("    %-8s %s"):format(key.lhs, key.text))
    end
    say()
  end
end

function sections.tokens()
  for _, token in ipairs(require("peon.context").tokens) do
    say(("    %-14s %s"):format(token.name, token.text))
  end
  say()
end

function sections.highlights()
  for _, each in ipairs(require("peon.views.signs").highlights) do
    say(("    %-14s %-17s %s"):format(each.name, each.link, each.text))
  end
  say()
end

for line in (template()):gmatch("(.-)\n") do
  local title, tag = line:match("^# (.-) {(.-)}$")
  local section = line:match("^<(%l+)>$")
  if title then
    chapter(title, tag)
  elseif section then
    sections[section]()
  else
    say(line)
  end
end

local text = table.concat(out, "\n"):gsub("\n\n\n+", "\n\n") .. "\n"
local path = here .. "/doc/peon.txt"

if arg[1] == "--check" then
  local file = io.open(path)
  local there = file and file:read("*a") or ""
  if file then
    file:close()
  end
  if there ~= text then
    io.stderr:write("doc/peon.txt is not what scripts/help.lua writes: run make generate-neovim\n")
    os.exit(1)
  end
else
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  vim.cmd.helptags(vim.fn.fnameescape(here .. "/doc"))
end

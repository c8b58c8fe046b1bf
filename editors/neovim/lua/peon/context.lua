--- What `@this` and its like stand for: parts of what the user has open, given along with a prompt.

local M = {}

--- The largest text that is given along whole.
local MOST_BYTES = 256 * 1024

---@class peon.Source
---@field buffer integer
---@field line integer
---@field range? {first: integer, last: integer, text: string}

---@class peon.Token
---@field name string
---@field text string

--- Every token.
---@type peon.Token[]
M.tokens = {
  { name = "@this", text = "The selection, or else the line of the cursor." },
  { name = "@buffer", text = "The whole buffer, as it is now." },
  { name = "@diagnostics", text = "What is wrong in the buffer, by its diagnostics." },
  { name = "@diff", text = "The uncommitted changes of the project." },
  { name = "@file:PATH", text = "A file by its path; an image is given as an image." },
}

local IMAGES = {
  png = "image/png",
  jpg = "image/jpeg",
  jpeg = "image/jpeg",
  gif = "image/gif",
  webp = "image/webp",
}

local function path_of(source)
  local name = vim.api.nvim_buf_get_name(source.buffer)
  return name ~= "" and name or "unnamed"
end

local function uri(path)
  return path:sub(1, 1) == "/" and vim.uri_from_fname(path) or "buffer:" .. path
end

local function resource(path, contents, fragment)
  if #contents > MOST_BYTES then
    contents = contents:sub(1, MOST_BYTES) .. "\n… (the rest is left out)"
  end
  local where = uri(path) .. (fragment and "#" .. fragment or "")
  return { type = "resource", resource = { uri = where, text = contents } }
end

--- The window that the user works in, its cursor, and what they have selected.
---@param range? {first: integer, last: integer}
---@return peon.Source?
function M.source(range)
  local window = require("peon.views.windows").of_user()
  if not window then
    return nil
  end
  local buffer = vim.api.nvim_win_get_buf(window)
  local line = vim.api.nvim_win_get_cursor(window)[1]
  local found = { buffer = buffer, line = line }
  if range then
    local lines = vim.api.nvim_buf_get_lines(buffer, range.first - 1, range.last, false)
    found.range = { first = range.first, last = range.last, text = table.concat(lines, "\n") }
  end
  return found
end

local expand = {}

expand["@this"] = function(source, done)
  local first, last = source.line, source.line
  local contents
  if source.range then
    first, last, contents = source.range.first, source.range.last, source.range.text
  else
    contents = vim.api.nvim_buf_get_lines(source.buffer, first - 1, first, false)[1] or ""
  end
  local fragment = first == last and "L" .. first or ("L%d-L%d"):format(first, last)
  local path = path_of(source)
  local name = ("%s:%s"):format(vim.fn.fnamemodify(path, ":."), fragment:gsub("L", ""))
  done(name, resource(path, contents, fragment))
end

expand["@buffer"] = function(source, done)
  local lines = vim.api.nvim_buf_get_lines(source.buffer, 0, -1, false)
  local path = path_of(source)
  done(vim.fn.fnamemodify(path, ":."), resource(path, table.concat(lines, "\n")))
end

local SEVERITIES = { "error", "warning", "information", "hint" }

expand["@diagnostics"] = function(source, done)
  local lines = {}
  local path = path_of(source)
  local found = vim.diagnostic.get(source.buffer)
  table.sort(found, function(one, other)
    return one.lnum < other.lnum
  end)
  for _, each in ipairs(found) do
    local place = ("%s:%d:%d"):format(vim.fn.fnamemodify(path, ":."), each.lnum + 1, each.col + 1)
    local severity = SEVERITIES[each.severity] or "information"
    table.insert(lines, ("%s: %s: %s"):format(place, severity, (each.message:gsub("\n", " "))))
  end
  local contents = #lines > 0 and table.concat(lines, "\n") or "There are no diagnostics."
  done("the diagnostics", resource(path, contents, "diagnostics"))
end

expand["@diff"] = function(_, done, thread)
  local session = require("peon.session")
  session.request("git/diff", { threadId = thread.threadId }, function(err, diff)
    if err then
      return done(nil, nil, err)
    end
    local parts = {}
    for _, file in ipairs(diff.files) do
      local body = file.patch or ("(%s)\n"):format(file.binary and "binary" or "too large")
      table.insert(parts, ("--- %s\n+++ %s\n%s"):format(file.oldPath or file.path, file.path, body))
    end
    local contents = #parts > 0 and table.concat(parts) or "There are no uncommitted changes."
    done("the uncommitted changes", resource("uncommitted.diff", contents))
  end)
end

local function expand_file(name, done, thread)
  local chat = require("peon.views.chat")
  local path = name:sub(1, 1) == "/" and name or ("%s/%s"):format(chat.root_of(thread), name)
  local file = io.open(path, "rb")
  local contents = file and file:read("*a")
  if file then
    file:close()
  end
  if not contents then
    local message = ("There is no file %s to give along."):format(name)
    return done(nil, nil, { kind = "unavailable", message = message, details = {} })
  end
  local mime = IMAGES[(name:match("%.(%w+)$") or ""):lower()]
  if mime then
    local data = vim.base64.encode(contents)
    return done(name, { type = "image", data = data, mimeType = mime, uri = uri(path) })
  end
  done(name, resource(path, contents))
end

--- The tokens in a text, each once, in order. A token ends where its word does.
---@param prompt string
---@return string[]
function M.find(prompt)
  local found = {}
  for token in (" " .. prompt):gmatch("%f[%S](@[%w_]+:?[^%s,;)]*)") do
    token = token:gsub("[.!?:]+$", "")
    local plain = token:match("^@file:.+") and token or token:match("^@%a+")
    if plain and (expand[plain] or vim.startswith(plain, "@file:")) then
      if not vim.list_contains(found, plain) then
        table.insert(found, plain)
      end
    end
  end
  return found
end

--- The prompt that a text means: the tokens in it become names, and what they stand for is given
--- along. `source` is what the user had in front of them.
---@param prompt string
---@param source? peon.Source
---@param thread peon.ThreadState
---@param callback fun(err?: peon.ErrorContent, prompt?: peon.Prompt)
function M.expand(prompt, source, thread, callback)
  local tokens = M.find(prompt)
  local blocks = {}
  local function go_on(index)
    local token = tokens[index]
    if not token then
      table.insert(blocks, 1, { type = "text", text = prompt })
      return callback(nil, #blocks == 1 and prompt or blocks)
    end
    local function done(name, block, err)
      if err then
        return callback(err)
      end
      prompt = prompt:gsub(vim.pesc(token), (name:gsub("%%", "%%%%")))
      table.insert(blocks, block)
      go_on(index + 1)
    end
    local file = token:match("^@file:(.+)")
    if file then
      expand_file(file, done, thread)
    elseif token ~= "@diff" and not source then
      local message = ("There is no file in front of you that %s could mean."):format(token)
      done(nil, nil, { kind = "unavailable", message = message, details = {} })
    else
      expand[token](source, done, thread)
    end
  end
  go_on(1)
end

local function thread_here()
  local id = require("peon.views.chat").thread_of(vim.api.nvim_get_current_buf())
  return require("peon.session").state.threads[id or ""]
end

--- The commands of the agent that begin so.
local function complete_command(base)
  local words = {}
  local thread = thread_here()
  for _, command in ipairs(thread and thread.commands or {}) do
    local word = "/" .. command.name
    if vim.startswith(word, base) then
      table.insert(words, { word = word .. " ", menu = command.description })
    end
  end
  return words
end

--- For 'omnifunc': the tokens, behind `@file:` the files of the project, and at the beginning the
--- commands of the agent.
---@param find_start integer
---@param base string
function M.complete(find_start, base)
  if find_start == 1 then
    local before = vim.api.nvim_get_current_line():sub(1, vim.fn.col(".") - 1)
    local is_command = vim.fn.line(".") == 1 and before:match("^/%S*$")
    local start = is_command and 1 or before:match("()@%S*$")
    return start and start - 1 or -3
  elseif vim.startswith(base, "/") then
    return complete_command(base)
  end
  local words = {}
  for _, token in ipairs(M.tokens) do
    local word = token.name:gsub("PATH$", "")
    if vim.startswith(word, base) then
      table.insert(words, { word = word, menu = token.text })
    end
  end
  local lead = base:match("^@file:(.*)")
  if lead then
    local thread = thread_here()
    local root = thread and require("peon.views.chat").root_of(thread)
    local pattern = vim.fn.escape(root or ".", "[]*?{},") .. "/" .. lead .. "*"
    for _, path in ipairs(root and vim.fn.glob(pattern, false, true) or {}) do
      local slash = vim.fn.isdirectory(path) == 1 and "/" or ""
      table.insert(words, { word = "@file:" .. path:sub(#root + 2) .. slash })
    end
  end
  return words
end

return M

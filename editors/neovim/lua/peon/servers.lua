--- MCP servers as people write them: a JSON object from their names to what they are, with lines of
--- comment. Pure.

local M = {}

local MEMBERS = { "command", "args", "env", "url", "headers", "transport" }

local function is_empty(value)
  return value == nil or type(value) == "table" and next(value) == nil
end

local function encoded(value)
  return (vim.json.encode(value):gsub("\\/", "/"))
end

--- A table from texts to texts, one line for each.
local function add_texts(lines, name, texts, comma)
  table.insert(lines, ("    %s: {"):format(encoded(name)))
  local count, seen = vim.tbl_count(texts), 0
  for key, text in vim.spairs(texts) do
    seen = seen + 1
    local ending = seen < count and "," or ""
    table.insert(lines, ("      %s: %s%s"):format(encoded(key), encoded(text), ending))
  end
  table.insert(lines, "    }" .. comma)
end

local function add_server(lines, server, comma)
  local members = vim.tbl_filter(function(member)
    return not is_empty(server[member])
  end, MEMBERS)
  table.insert(lines, ("  %s: {"):format(encoded(server.name)))
  for index, member in ipairs(members) do
    local value, ending = server[member], index < #members and "," or ""
    if member == "env" or member == "headers" then
      add_texts(lines, member, value, ending)
    else
      local text = type(value) == "table"
          and ("[%s]"):format(table.concat(vim.tbl_map(encoded, value), ", "))
        or encoded(value)
      table.insert(lines, ("    %s: %s%s"):format(encoded(member), text, ending))
    end
  end
  table.insert(lines, "  }" .. comma)
end

--- Servers as lines of JSON.
---@param servers peon.McpServer[]
---@return string[]
function M.lines(servers)
  if #servers == 0 then
    return { "{", "}" }
  end
  local lines = { "{" }
  for index, server in ipairs(servers) do
    add_server(lines, server, index < #servers and "," or "")
  end
  table.insert(lines, "}")
  return lines
end

--- The line that names a server, counted from 0.
---@param lines string[]
---@param name string
---@return integer?
function M.line_of(lines, name)
  for index, line in ipairs(lines) do
    local key = line:match('^%s*("[^"]*")%s*:')
    if key and key == encoded(name) then
      return index - 1
    end
  end
end

--- What is written for one server, as the protocol has it. Others call a transport a type.
local function server_of(name, written)
  if type(written) ~= "table" or (#written > 0) then
    return nil, ("%s must be an object"):format(encoded(name))
  end
  local server = { name = name, transport = written.type }
  for member, value in pairs(written) do
    if member ~= "type" then
      if not vim.list_contains(MEMBERS, member) then
        return nil, ("%s has %s, which a server has not"):format(encoded(name), encoded(member))
      end
      server[member] = value
    end
  end
  return server
end

--- The servers that lines describe, in their order; or what is wrong with them. What others keep
--- under `mcpServers` is taken as it is.
---@param lines string[]
---@return peon.McpServer[]? servers, string? problem
function M.parse(lines)
  local kept = vim.tbl_filter(function(line)
    return not line:match("^%s*//")
  end, lines)
  local text = table.concat(kept, "\n")
  local ok, written = pcall(vim.json.decode, text, { luanil = { object = true } })
  if not ok then
    return nil, "this is no JSON: " .. tostring(written):gsub("^.-:%d+: ", "")
  elseif type(written) == "table" and type(written.mcpServers) == "table" then
    written = written.mcpServers
  end
  if type(written) ~= "table" or #written > 0 then
    return nil, "this must be an object from names of servers to what they are"
  end
  local servers = {}
  for name, each in pairs(written) do
    local server, problem = server_of(name, each)
    if not server then
      return nil, problem
    end
    table.insert(servers, server)
  end
  local places = {}
  for _, server in ipairs(servers) do
    places[server.name] = M.line_of(lines, server.name) or math.huge
  end
  table.sort(servers, function(one, other)
    if places[one.name] ~= places[other.name] then
      return places[one.name] < places[other.name]
    end
    return one.name < other.name
  end)
  return servers
end

return M

-- MCP servers as people write them.

local servers = require("peon.servers")

local TICKETS = {
  name = "tickets",
  command = "tickets-mcp",
  args = { "--all", "a/b" },
  env = { TOKEN = "${env:TICKETS}", HOST = "tickets" },
}
local DOCS = { name = "docs", url = "https://mcp.example.org/docs", transport = "sse" }

local function problem_of(text)
  local found, problem = servers.parse(vim.split(text, "\n"))
  assert.is_nil(found)
  return problem
end

describe("servers", function()
  it("are read as they were written, in their order", function()
    assert.same({ TICKETS, DOCS }, servers.parse(servers.lines({ TICKETS, DOCS })))
    assert.same({ DOCS, TICKETS }, servers.parse(servers.lines({ DOCS, TICKETS })))
    assert.same({}, servers.parse(servers.lines({})))
  end)

  it("are written for people", function()
    assert.same({
      "{",
      '  "tickets": {',
      '    "command": "tickets-mcp",',
      '    "args": ["--all", "a/b"],',
      '    "env": {',
      '      "HOST": "tickets",',
      '      "TOKEN": "${env:TICKETS}"',
      "    }",
      "  },",
      '  "docs": {',
      '    "url": "https://mcp.example.org/docs",',
      '    "transport": "sse"',
      "  }",
      "}",
    }, servers.lines({ TICKETS, DOCS }))
  end)

  it("are taken from where others keep them", function()
    local text = '// a remark\n{ "mcpServers": { "docs": { "type": "sse", "url": "https://x" } } }'
    local expected = { { name = "docs", transport = "sse", url = "https://x" } }
    assert.same(expected, servers.parse(vim.split(text, "\n")))
  end)

  it("are not guessed at", function()
    assert.matches("no JSON", problem_of('{ "a": }'))
    assert.matches("must be an object from names", problem_of("[1]"))
    assert.matches("must be an object from names", problem_of("3"))
    assert.matches('"a" must be an object', problem_of('{ "a": "b" }'))
    assert.matches('"a" has "comand"', problem_of('{ "a": { "comand": "b" } }'))
  end)

  it("are found by their lines", function()
    local lines = servers.lines({ TICKETS, DOCS })
    assert.equal(1, servers.line_of(lines, "tickets"))
    assert.equal(9, servers.line_of(lines, "docs"))
    assert.is_nil(servers.line_of(lines, "other"))
  end)
end)

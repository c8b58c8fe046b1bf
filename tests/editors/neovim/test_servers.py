"""MCP servers, of a project and of a thread, as they are written and as agents are given them."""

import json

import pytest

from editors.neovim.driver import Neovim
from editors.neovim.test_first import again, ask

TICKETS = {"tickets": {"command": "cat", "args": ["-u"], "env": {"LIST": "${env:HOME}"}}}


def test_agents_are_given_the_servers_of_their_project_or_their_own(nvim: Neovim):
    ask(nvim, "say Hello.").sees("✓ completed").press("<Esc>:Peon servers<CR>")
    nvim.sees("1: MCP servers of «say Hello.»: 0 servers", "2: MCP servers of greeter: 0 servers")
    sizes = nvim.lua("return vim.fn.winrestcmd()")
    nvim.press("2<CR>").sees("MCP servers of greeter", "none of their own are given these")
    written(nvim, TICKETS).press("<C-s>").misses("<C-s> saves")
    again(nvim, "servers").sees("tickets")
    nvim.command("Peon servers thread")
    nvim.sees("These are the project's", "tickets: given", '"args": ["-u"],', '"${env:HOME}"')
    other = {"docs": {"command": "no-such-program", "type": "stdio"}}
    written(nvim, {"mcpServers": other}).press("<C-s>").misses("<C-s> saves")
    again(nvim, "say Given.").until(lambda: nvim.thread()["turns"] == 3, "began it")
    nvim.until(lambda: nvim.thread()["status"] == "idle", "ended it")
    nvim.command("Peon servers thread")
    nvim.sees("The thread has its own", "docs: not given, no-such-program", '"transport": "stdio"')
    written(nvim, {}).press("<C-s>").misses("<C-s> saves")
    again(nvim, "servers").sees("no servers")
    assert nvim.lua(SERVERS) == [["tickets"], []]
    assert nvim.lua("return vim.fn.winrestcmd()") == sizes


@pytest.mark.parametrize(
    "text, told",
    [
        ('{ "tickets": ', "this is no JSON"),
        ('{ "tickets": { "comand": "cat" } }', '"tickets" has "comand"'),
        (json.dumps({"a": TICKETS["tickets"], "b": {}}, indent=1), "either a command or a url"),
        (
            json.dumps({"tickets": {"url": "https://u:p@example.org"}}, indent=1),
            "its url holds a user name",
        ),
    ],
)
def test_what_cannot_be_taken_is_said_where_it_stands(nvim: Neovim, text: str, told: str):
    nvim.command("Peon servers project")
    nvim.sees("<C-s> saves").write(text).press("<C-s>").sees(told)
    nvim.press("q").misses("<C-s> saves")
    assert nvim.lua(SERVERS) in ([[]], [[], []])


SERVERS = """
local s = require('peon.session').state
local found = {}
for _, id in ipairs(s.projectOrder) do
  table.insert(found, s.projects[id].defaults.mcpServers or {})
end
for _, id in ipairs(s.threadOrder) do table.insert(found, s.threads[id].mcpServers or {}) end
return vim.tbl_map(function(servers)
  return vim.tbl_map(function(server) return server.name end, servers)
end, found)
"""


def written(nvim: Neovim, servers: dict[str, object]) -> Neovim:
    return nvim.write(json.dumps(servers, indent=2))

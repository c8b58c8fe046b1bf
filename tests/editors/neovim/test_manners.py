"""What the plugin does not do: load early, map keys, overwrite, interrupt who is typing."""

import re
from pathlib import Path

from editors.conftest import Report
from editors.neovim.conftest import Start
from editors.neovim.driver import PLUGIN, Neovim, serving
from editors.neovim.test_first import ask

STARTING = re.compile(r"^[\d.]+\s+([\d.]+)\s+([\d.]+): sourcing .*/plugin/peon\.lua$", re.MULTILINE)


def test_nothing_is_required_at_start_up(start: Start, home: Path, report: Report):
    times = home / "times"
    nvim = start(arguments=("--startuptime", str(times)))
    loaded = (
        "return vim.tbl_filter(function(n) return vim.startswith(n, 'peon') end,"
        " vim.tbl_keys(package.loaded))"
    )
    assert nvim.lua(loaded) == []
    assert nvim.lua("return require('peon').statusline()") == ""
    assert nvim.lua(loaded) == ["peon"]
    nvim.leave()
    found = STARTING.search(times.read_text())
    assert found
    report("start-up of plugin/peon.lua", float(found[2]))


def test_no_key_is_mapped_and_every_plug_map_leads_to_a_command(nvim: Neovim):
    maps = nvim.lua(
        "return vim.iter(vim.api.nvim_get_keymap('n')):map(function(m)"
        " return { m.lhs, m.rhs or '' } end):totable()"
    )
    ours = [(lhs, rhs) for lhs, rhs in maps if "peon" in (lhs + rhs).lower()]
    assert ours
    assert [lhs for lhs, _ in ours if not lhs.startswith("<Plug>(peon-")] == []
    names = set(nvim.lua(
        "return vim.tbl_map(function(c) return c.name end, require('peon.subcommands').commands)"
    ))  # fmt: skip
    used = {re.fullmatch(r"<Cmd>Peon (\w+)<CR>", rhs) for _, rhs in ours}
    assert {found[1] for found in used if found} <= names


def test_subcommands_are_completed_and_unknown_ones_named(nvim: Neovim):
    assert nvim.lua("return vim.fn.getcompletion('Peon ch', 'cmdline')") == [
        "chat",
        "checkpoints",
        "checkpoint",
    ]
    assert "full" in nvim.lua("return vim.fn.getcompletion('Peon mode ', 'cmdline')")
    nvim.press(":Peon nonsense<CR>")
    nvim.sees(":Peon nonsense is unknown")


def test_what_is_set_wrongly_is_told_and_left_out(start: Start, state: Path):
    config = serving(state, reload="yes", aprovals=True, layout={"chat_width": 60})
    nvim = start(config=config)
    nvim.command("checkhealth peon")
    nvim.sees("vim.g.peon.aprovals is no option of Peon", "vim.g.peon.reload must be a boolean")
    resolved = nvim.lua("local c = require('peon.config').resolve(vim.g.peon) return c")
    assert resolved["reload"] is True
    assert resolved["layout"]["chat_width"] == 60


def test_health_says_what_is_there_and_what_is_missing(start: Start):
    nvim = start(config={"cmd": ["/no/such/peon", "serve"]})
    nvim.command("checkhealth peon")
    nvim.sees("/no/such/peon cannot be run")
    nvim.command("bwipeout")
    nvim.command("Peon")
    nvim.sees("The server does not run.", "cannot be run")


def test_buffers_are_read_again_and_unsaved_ones_are_not(nvim: Neovim, folder: Path):
    (folder / "clean.txt").write_text("old\n")
    (folder / "dirty.txt").write_text("old\n")
    nvim.command("edit dirty.txt")
    nvim.nvim.current.buffer[:] = ["mine"]
    nvim.command("split clean.txt")
    ask(nvim, "write clean.txt new\\n", "write dirty.txt theirs\\n").sees("Script wants to edit")
    nvim.press("a").sees("+theirs").press("a").sees("dirty.txt has changed on disk")
    clean, dirty = (
        nvim.lua("return vim.api.nvim_buf_get_lines(vim.fn.bufnr(...), 0, -1, false)", name)
        for name in ("clean.txt", "dirty.txt")
    )
    assert (clean, dirty) == (["new"], ["mine"])
    assert (folder / "dirty.txt").read_text() == "theirs\n"


def test_who_is_typing_is_not_interrupted(start: Start, state: Path):
    nvim = start(config=serving(state, approvals={"idle_ms": 400}))
    ask(nvim, "sleep 1", "write a.txt text")
    nvim.press("i")
    nvim.sees("INSERT")
    nvim.until(lambda: _still_typing(nvim), "asked while somebody was typing")
    assert nvim.screen.mode == "insert"
    nvim.sees("Script wants to edit", ":Peon approvals answers")
    assert nvim.nvim.current.buffer.name.startswith("peon://prompt/")
    nvim.press("<Esc>").sees("a allow").press("q").misses("Script wants to edit")
    nvim.command("Peon approvals")
    nvim.sees("a allow").press("a").sees("✓ completed")


def test_every_event_is_an_autocommand(nvim: Neovim):
    nvim.lua(
        "_G.seen = {}\n"
        "vim.api.nvim_create_autocmd('User', { pattern = 'Peon*', callback = function(e)"
        " _G.seen[e.match] = e.data.payload and e.data.payload.threadId or e.data.status end })"
    )
    ask(nvim, "say Hello.").sees("✓ completed")
    seen = nvim.lua("return _G.seen")
    thread = nvim.thread()["threadId"]
    for name in ("ThreadCreated", "TurnStarted", "ItemRecorded", "TurnCompleted"):
        assert seen[f"Peon{name}"] == thread
    assert seen["PeonStatusChanged"] == "ready"
    assert nvim.lua("return require('peon').statusline()") == "peon"
    nvim.command("Peon health")
    nvim.sees("connected with peon", "vim.g.peon is understood")


def test_a_picker_of_the_user_is_asked(nvim: Neovim):
    ask(nvim, "say Hello.").sees("✓ completed").press("<Esc>")
    nvim.lua(
        "vim.ui.select = function(items, opts, choose)\n"
        "_G.asked = { opts.prompt, opts.kind, vim.tbl_map(opts.format_item, items) }\n"
        "choose(items[1], 1) end"
    )
    nvim.command("tabnew")
    nvim.command("Peon pick")
    nvim.sees("say Hello.", "✓ completed")
    prompt, kind, lines = nvim.lua("return _G.asked")
    assert (prompt, kind) == ("Threads", "peon-thread")
    assert [line.split(" · ")[:2] for line in lines] == [["○ say Hello.", "greeter"]]


def test_colours_are_those_of_the_scheme_unless_the_user_has_set_them(nvim: Neovim):
    nvim.lua("vim.api.nvim_set_hl(0, 'PeonTool', { link = 'String' })")
    nvim.command("Peon")
    nvim.sees("Threads")
    links = nvim.lua(
        "return vim.tbl_map(function(each)"
        " return { each.name, each.link, vim.api.nvim_get_hl(0, { name = each.name }).link }"
        " end, require('peon.views.signs').highlights)"
    )
    own = {name: link for name, _, link in links if name == "PeonTool"}
    assert own == {"PeonTool": "String"}
    assert [each for each in links if each[0] != "PeonTool" and each[1] != each[2]] == []
    standard = {link for _, link, _ in links}
    assert nvim.lua("return vim.tbl_map(vim.fn.hlexists, ...)", sorted(standard)) == [1] * len(
        standard
    )


def test_help_is_found(nvim: Neovim):
    nvim.command("help peon-commands")
    nvim.sees("Commands", ":Peon threads")
    assert (PLUGIN / "doc" / "tags").exists()


def _still_typing(nvim: Neovim) -> bool:
    nvim.press("x")
    return bool(nvim.thread().get("pending"))

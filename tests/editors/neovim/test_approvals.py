"""What agents ask for: answered by keys, for once or longer, and by the rules that come of it."""

from pathlib import Path

from editors.neovim.driver import Neovim
from editors.neovim.test_first import again, ask


def test_an_approval_reaches_as_far_as_its_key_says(nvim: Neovim):
    hear_answers(nvim)
    # Once: the same command asks again. For the session: it does not.
    ask(nvim, "run echo one", "run echo one", "run echo one").sees("$ echo one", "a allow")
    nvim.press("a").until(lambda: resolved(nvim) == ["once"], "allowed it once")
    nvim.sees("$ echo one", "s session").press("s").sees("✓ completed")
    assert resolved(nvim) == ["once", "session", "session"]
    # Always: a rule of the project, which is listed, also lets it pass in another thread.
    again(nvim, "run echo two").sees("$ echo two", "A always").press("A")
    nvim.until(lambda: resolved(nvim)[3:] == ["always"], "allowed it always")
    nvim.until(lambda: nvim.thread()["status"] == "idle", "ended the turn")
    ask(nvim, "run echo two").sees("two").until(
        lambda: nvim.thread()["turns"] == 1 and nvim.thread()["status"] == "idle", "let it pass"
    )
    nvim.press("<Esc>:Peon rules<CR>").sees("2: allow execute `echo two`").press("2<CR>")
    nvim.sees("Take back").press("2<CR>").misses("Take back")
    nvim.press(":Peon rules<CR>").sees("1: Add a rule").misses("echo two`").press("<CR>")


def test_a_rule_is_made_by_hand(nvim: Neovim, folder: Path):
    nvim.press(":Peon rules<CR>").sees("1: Add a rule").press("1<CR>").sees("3: refuse it")
    nvim.press("3<CR>").sees("3: editing files").press("3<CR>").sees("Paths, as a glob")
    nvim.press("secret/**<CR>").misses("Paths, as a glob")
    ask(nvim, "write secret/a.txt text").sees("✓ completed", "rejected")
    assert not (folder / "secret").exists()
    nvim.press("<Esc>:Peon rules<CR>").sees("2: deny edit secret/**").press("1<CR>")
    nvim.sees("2: ask").press("2<CR>").sees("3: editing files").press("3<CR>")
    nvim.sees("Paths, as a glob").press("beds/**<CR>").misses("Paths, as a glob")
    again(nvim, "write beds/a.txt text").sees("wants to edit", "a rule of the project asks for")


def test_several_wait_and_are_seen_one_after_the_other(nvim: Neovim, folder: Path):
    ask(nvim, "write a.txt one").sees("Script wants to edit", "+one").press("q")
    nvim.misses("Script wants to edit")
    ask(nvim, "write b.txt two").sees("Script wants to edit", "· 2 wait", "+two")
    assert nvim.lua("return require('peon').statusline()") == "peon ?2"
    nvim.press("[a").sees("+one").press("]a").sees("+two").press("d").sees("b.txt before")
    nvim.press("q").misses("b.txt before")
    nvim.command("Peon approvals")
    nvim.sees("+one").press("R").sees("Why not?").press("Not now.<CR>")
    nvim.misses("Script wants to edit")
    # Until the answer has arrived it still waits, and would be shown again.
    nvim.until(lambda: nvim.lua("return require('peon').statusline()") == "peon ?1", "answered")
    nvim.command("Peon approvals")
    nvim.sees("Script wants to edit", "+two").press("c").sees("1: Allow").press("1<CR>")
    nvim.until((folder / "b.txt").exists, "written the file")
    nvim.until(lambda: nvim.thread()["status"] == "idle", "ended the turn")
    assert not (folder / "a.txt").exists()


def test_a_question_is_a_form_and_what_is_secret_is_kept_nowhere(nvim: Neovim):
    form = "ask Where to?; host!; port: integer; place: ours / public; tags: [cli, demo]; sure: "
    ask(nvim, form + "boolean; token!: secret", "say To $host:$port, $place, $tags, $sure.")
    nvim.sees("Script asks", "host: (wants an answer)", "place: (nothing)", "<CR> answers the line")
    nvim.press("a").sees("«host» wants an answer")
    nvim.press("<CR>").sees("host: ").press("example.org<CR>").sees("host: example.org")
    nvim.press("<CR>").sees("port: ").press("many<CR>").sees("«port» wants a number")
    nvim.press("<CR>").press("8080<CR>").sees("port: 8080")
    nvim.press("<CR>").sees("2: public").press("2<CR>").sees("place: public")
    nvim.press("<CR>").sees("1: cli").press("1<CR>").sees("tags: cli")
    nvim.press("k<CR>").sees("2: demo").press("2<CR>").sees("tags: cli, demo")
    nvim.press("<CR>").sees("sure: true")
    nvim.press("<CR>").sees("token: ").press("hunter2<CR>").sees("token: ••••").press("a")
    nvim.sees("To example.org:8080, public, cli, demo, yes.", "✓ completed")
    nvim.misses("hunter2")
    # It is in nothing that the state, the log of the client or its views hold.
    held = nvim.lua(
        "local s = require('peon.session')\n"
        "return vim.inspect({ s.state, s.log, vim.fn.execute('messages'),"
        " vim.fn.histget('input', -1), vim.fn.getreg('/') })"
    )
    assert "example.org" in held
    assert "hunter2" not in held


def test_an_answer_that_is_not_taken_is_asked_again_where_it_stands(nvim: Neovim):
    ask(nvim, "ask Where to?; host!; place!: [ours, public]", "say To $host, $place.")
    nvim.sees("Script asks", "host: (wants an answer)")
    nvim.press("<CR>").sees("host: ").press("<CR>").misses("host: (wants")
    nvim.press("<CR>").sees("1: ours").press("1<CR>").sees("place: ours")
    nvim.press("<CR>").sees("1: ours").press("1<CR>").misses("place: ours").press("a")
    nvim.sees("Script asks", "✗ an answer is required", "host: ")
    assert nvim.screen.text().count("✗ an answer is required") == 2
    # The cursor is at the first of them; what was taken stands as it was answered.
    nvim.press("<CR>").sees("host: ").press("example.org<CR>").sees("host: example.org")
    nvim.press("<CR>").sees("2: public").press("2<CR>").sees("place: public").press("a")
    nvim.sees("To example.org, public.", "✓ completed")


def test_a_question_by_a_page_shows_its_whole_address_before_it_is_opened(nvim: Neovim):
    nvim.lua("_G.opened = {}; vim.ui.open = function(address) table.insert(_G.opened, address) end")
    address = "https://garden.example/in?" + "code=1&" * 30 + "end=1"
    ask(nvim, f"ask Log in: {address}", "say Thank you.")
    nvim.sees("Script asks", "gx opens it")
    shown = nvim.lua("return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '')")
    assert address in shown.replace(" ", "")
    nvim.press("gx")
    nvim.until(lambda: nvim.lua("return _G.opened") == [address], "opened the page")
    nvim.press("a").sees("Thank you.", "✓ completed")
    # What looks like another address, or has lost its secret, is no page.
    others = ("file:///etc/passwd", "https://a.example@b.example", "https://a.example/[redacted]")
    for title in (*others, "Sure?"):
        page = "return require('peon.views.approval_request').page(...)"
        assert nvim.lua(page, {"kind": "question", "title": f"Go: {title}"}) is None


def hear_answers(nvim: Neovim) -> None:
    """Keep by what each approval comes: how far a user's reaches, or what else it was."""
    nvim.lua(
        "_G.answers = {}\n"
        "vim.api.nvim_create_autocmd('User', { pattern = 'PeonActionResolved',"
        " callback = function(event)\n"
        "local told = event.data.payload\n"
        "local is_user = told.by.kind == 'user'\n"
        "table.insert(_G.answers, is_user and told.scope or told.by.kind) end })"
    )


def resolved(nvim: Neovim) -> list[str]:
    return list(nvim.lua("return _G.answers"))

"""A day's work in one editor: from an empty folder to a commit, by keys and by what is seen."""

from pathlib import Path

from editors.neovim.driver import Neovim
from support.repositories import Repo


def ask(nvim: Neovim, *lines: str) -> Neovim:
    """Open a thread with a prompt of its own, as a user does."""
    before = nvim.nvim.current.buffer.name
    nvim.command("Peon new")
    nvim.until(lambda: nvim.nvim.current.buffer.name not in ("", before), "opened a new prompt")
    nvim.sees("writes a prompt")
    return nvim.write("\n".join(lines)).press("<Esc><CR>")


def again(nvim: Neovim, *lines: str) -> Neovim:
    """Give the thread at hand another prompt."""
    nvim.command("Peon prompt")
    nvim.sees("writes a prompt")
    return nvim.write("\n".join(lines)).press("<Esc><CR>")


def test_a_turn_streams_asks_and_ends(nvim: Neovim, folder: Path):
    nvim.command("Peon")
    nvim.sees("There is no project yet")
    nvim.press("a").sees("writes a prompt")
    nvim.write("say I let it take a name.\nwrite greet.py print('hi')\\n\nrun echo done")
    nvim.press("<Esc><CR>")
    nvim.sees("I let it take a name.", "Script wants to edit", "+print('hi')", "needs you")
    nvim.press("a").sees("Script wants to run a command", "$ echo done")
    assert (folder / "greet.py").read_text() == "print('hi')\n"
    nvim.press("r").sees("✓ completed", "✓ Write greet.py +1 -9", "✗ Run echo done rejected")
    nvim.misses("needs you", "Script wants to")
    # Views have shown all of it, so nothing was told besides.
    assert nvim.lua("return vim.fn.execute('messages')").strip() == ""


def test_a_turn_is_stopped_and_another_begins(nvim: Neovim):
    ask(nvim, "say Before.", "sleep 60", "say After.").sees("Before.", "at work")
    nvim.press("<C-c>").sees("■ interrupted")
    again(nvim, "say Now.", "fail overloaded Try again later.")
    nvim.sees("Now.", "overloaded: Try again later.", "✗ failed")
    nvim.press("<C-p>").until(
        lambda: nvim.nvim.current.buffer[:] == ["say Now.", "fail overloaded Try again later."],
        "had the last prompt back",
    )


def test_what_was_done_is_seen_undone_and_committed(nvim: Neovim, repo: Repo):
    nvim.command("edit greet.py")
    ask(nvim, "write greet.py one\\ntwo\\n", "write new.txt new\\n").sees("Script wants to edit")
    nvim.press("a").sees("new.txt (new)").press("a").sees("✓ completed")
    nvim.command("Peon review")
    nvim.sees("Review · 2 files", "greet.py before", "greet.py now", "-import sys")
    nvim.press("]c").sees("new.txt before", "new.txt now", "new.txt +1 -0 added")
    titles = nvim.lua("return { vim.fn.getqflist({ title = 1 }).title, #vim.fn.getqflist() }")
    assert titles == ["Peon: what turn 1 changed", 2]
    nvim.press("q").misses("Review · 2 files")
    nvim.command("Peon checkpoint Two files")
    nvim.sees("«Two files» is kept")
    nvim.command("Peon undo")
    nvim.sees("Going back to this would undo", "new.txt").press("r").sees("went back")
    assert not repo.exists("new.txt")
    assert repo.read("greet.py").startswith("import sys")
    repo.write("mine.txt", "mine\n")
    nvim.command("Peon commit")
    nvim.sees("# On main", "mine.txt").press("ggSKeep mine<C-s>").sees("1 file.")
    assert repo.git("log", "-1", "--format=%s").strip() == "Keep mine"
    assert repo.git("status", "--porcelain") == ""


def test_threads_are_renamed_filtered_archived_and_deleted(nvim: Neovim):
    ask(nvim, "say Hello.").sees("✓ completed")
    nvim.command("Peon rename A better title")
    nvim.command("Peon threads")
    nvim.sees("▾ greeter", "A better title").press("jfother<CR>").sees("No thread fits «other»")
    nvim.press("f<C-u><CR>").sees("▾ greeter").press("gg<CR>").sees("▸ greeter")
    nvim.press("<CR>j").sees("▾ greeter").press("d").misses("✓ A better title")
    nvim.press("A").sees("archived").press("jD")
    nvim.press("2<CR>").until(lambda: nvim.thread() == {}, "deleted the thread")
    nvim.sees("This thread was deleted")


def test_an_agent_is_chosen_for_a_thread(nvim: Neovim):
    nvim.press(":Peon new!<CR>").sees("Agent", "Script").press("/")  # whatever its number is
    number = next(
        line.split(":")[0].strip()
        for line in nvim.screen.text().splitlines()
        if line.split(":")[-1].strip() == "Script"
    )
    nvim.press(f"<BS>{number}<CR>").sees("writes a prompt", "script · ask")
    assert nvim.lua(
        "return vim.tbl_map(function(c) return #vim.fn.getcompletion(c, 'cmdline') > 0 end, ...)",
        ["Peon! mode f", "Peon mode! f", "Peon mode f"],
    ) == [True, True, True]


def test_keys_are_shown_and_a_view_closes(nvim: Neovim):
    nvim.command("Peon")
    nvim.sees("There is no project yet").press("?").sees("Open a new thread in this project.")
    nvim.press("q").misses("Open a new thread in this project.")
    nvim.press("q").misses("Threads")

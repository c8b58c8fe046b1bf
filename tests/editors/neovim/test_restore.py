"""Going back: files, the conversation, or both, and what somebody else has changed."""

import pytest

from editors.neovim.conftest import Start
from editors.neovim.driver import Neovim
from editors.neovim.test_first import again, ask
from support.repositories import Repo


@pytest.fixture
def twice(nvim: Neovim, repo: Repo) -> Neovim:
    """A thread with two turns, each of which wrote a file."""
    nvim.command("Peon threads")
    nvim.lua("vim.g.peon = vim.tbl_extend('force', vim.g.peon, { mode = 'edits' })")
    nvim.lua("require('peon.config').forget()")
    ask(nvim, "write one.txt one").until(lambda: ended(nvim, 1), "ended the first turn")
    again(nvim, "write two.txt two").until(lambda: ended(nvim, 2), "ended the second turn")
    assert (repo.read("one.txt"), repo.read("two.txt")) == ("one", "two")
    return nvim


def test_a_conversation_goes_back_and_its_files_stay(twice: Neovim, repo: Repo):
    twice.command("Peon undo")
    twice.sees("turn 2 would not count any more", "delete  two.txt").press("c")
    twice.sees("the conversation by 1 turn went back", "undone")
    assert undone(twice) == [False, True]
    assert repo.exists("two.txt")


def test_both_go_back_and_come_again(twice: Neovim, repo: Repo):
    twice.command("Peon undo 1")
    twice.sees("turns 1, 2 would not count any more", "delete  one.txt").press("b")
    twice.sees("2 files and the conversation by 2 turns went back")
    assert undone(twice) == [True, True]
    assert not repo.exists("one.txt")
    # Undo of undo: what was before going back is a checkpoint too, the newest.
    twice.press(":Peon checkpoints<CR>").sees("before going back").press("1<CR>")
    twice.sees("turns 1, 2 would count again", "create  one.txt").press("b")
    twice.until(lambda: undone(twice) == [False, False], "brought the turns back")
    assert (repo.read("one.txt"), repo.read("two.txt")) == ("one", "two")


def test_what_somebody_else_has_changed_stays_unless_one_says_so(twice: Neovim, repo: Repo):
    repo.write("two.txt", "mine\n")
    twice.command("Peon undo")
    twice.sees("keeps   two.txt").press("r").sees("0 files went back, 1 path kept")
    assert repo.read("two.txt") == "mine\n"
    twice.command("Peon undo")
    twice.sees("keeps   two.txt").press("O").sees("1 file went back")
    assert not repo.exists("two.txt")


def test_single_files_go_back_and_the_restore_is_taken_back(twice: Neovim, repo: Repo):
    twice.command("Peon undo 1")
    twice.sees("delete  one.txt", "delete  two.txt").press("/delete  two<CR>m")
    twice.sees("✓ delete  two")
    twice.press("c").sees("a conversation has no files").press("r").sees("1 file went back")
    assert (repo.read("one.txt"), repo.exists("two.txt")) == ("one", False)
    twice.command("Peon redo")
    twice.sees("create  two.txt").press("r")
    twice.until(lambda: repo.exists("two.txt"), "brought the file again")
    assert (repo.read("one.txt"), repo.read("two.txt")) == ("one", "two")


def test_an_editor_that_was_told_of_the_newest_turn_undoes_the_first(
    twice: Neovim, start: Start, repo: Repo
):
    other = start()
    other.command("Peon threads")
    other.sees("write one.txt one")
    assert other.thread()["turns"] == 1
    other.command("Peon undo 1")
    other.sees("delete  one.txt", "delete  two.txt").press("r").sees("2 files went back")
    assert not repo.exists("one.txt")
    twice.until(lambda: ended(twice, 2), "still knows of both turns")


def ended(nvim: Neovim, turns: int) -> bool:
    thread = nvim.thread()
    return (thread.get("turns"), thread.get("status")) == (turns, "idle")


def undone(nvim: Neovim) -> list[bool]:
    """Which turns of the newest thread do not count."""
    return list(
        nvim.lua(
            "local s = require('peon.session').state\n"
            "return vim.tbl_map(function(t) return t.undone end,"
            " s.threads[s.threadOrder[#s.threadOrder]].turns)"
        )
    )

"""Commits with a proposed message, hooks that are heard, pushes, and worktrees."""

import os
from pathlib import Path

import pytest

from editors.neovim.conftest import Start
from editors.neovim.driver import Neovim, serving
from editors.neovim.test_first import ask
from support.forges import Forge
from support.repositories import Repo
from support.waiting import standing


def test_a_message_is_proposed_hooks_are_heard_and_the_branch_is_pushed(
    nvim: Neovim, repo: Repo, home: Path
):
    repo.git("init", "--quiet", "--bare", str(home / "remote.git"))
    repo.git("remote", "add", "origin", str(home / "remote.git"))
    repo.git("push", "--quiet", "--set-upstream", "origin", "main")
    hook = repo.write(".git/hooks/pre-commit", HOOK.format(home=home))
    hook.chmod(0o755)
    ask(nvim, "write a.txt one").sees("Script wants to edit").press("a").sees("✓ completed")
    nvim.command("Peon commit")
    nvim.sees("write a.txt one", "# On main", "a.txt")
    nvim.press("<C-s>").sees("looking at it", "commit ·")
    (home / "go-on").touch()
    nvim.misses("commit ·").sees("1 file.")
    assert repo.git("log", "-1", "--format=%s").strip() == "write a.txt one"
    nvim.command("Peon output")
    nvim.sees("looking at it", "it is good").press("q").misses("it is good")
    nvim.command("Peon push")
    nvim.sees("main is on origin")
    assert repo.git("rev-parse", "origin/main") == repo.git("rev-parse", "main")


def test_a_commit_whose_hook_takes_too_long_is_cancelled(nvim: Neovim, repo: Repo, home: Path):
    hook = repo.write(".git/hooks/pre-commit", HOOK.format(home=home))
    hook.chmod(0o755)
    before = standing(repo)
    ask(nvim, "write a.txt one").sees("Script wants to edit").press("a").sees("✓ completed")
    for stop in ("cancel", "stop"):
        nvim.command("Peon commit Write a file")
        nvim.sees("looking at it", "commit ·")
        nvim.command(f"Peon {stop}")
        nvim.misses("commit ·").sees("peon: cancelled.")
        nvim.command("messages clear")
    assert standing(repo) == before
    nvim.command("Peon cancel")
    nvim.sees("nothing is under way")
    (home / "go-on").touch()
    nvim.command("Peon commit Write a file")
    nvim.sees("1 file.")
    assert repo.git("rev-list", "--count", "HEAD").strip() == "2"


def test_a_branch_is_made_and_a_pull_request_opened(
    start: Start, state: Path, repo: Repo, home: Path, monkeypatch: pytest.MonkeyPatch
):
    forge = Forge(home / "forge")
    forge.install("gh")
    forge.log_in("github.com")
    monkeypatch.setenv("PATH", forge.path, prepend=os.pathsep)
    repo.git("init", "--quiet", "--bare", str(home / "remote.git"))
    repo.git("remote", "add", "origin", "https://github.com/ada/garden.git")
    repo.git("remote", "set-url", "--push", "origin", str(home / "remote.git"))
    nvim = start(config=serving(state, mode="edits"))
    ask(nvim, "write a.txt one").sees("✓ completed")
    nvim.press("<Esc>:Peon branch<CR>").sees("1: * main").press("1<CR>").sees("New branch from")
    nvim.press("topic<CR>").sees("on topic, which begins at")
    assert repo.git("branch", "--show-current").strip() == "topic"
    nvim.command("Peon commit Write a file")
    nvim.sees("on topic, 1 file.")
    nvim.command("Peon pr A file more")
    nvim.sees("https://github.com/ada/garden/pull/1")
    assert forge.request("topic")["title"] == "A file more"


HOOK = """\
#!/bin/sh
echo looking at it
while ! [ -e {home}/go-on ]; do sleep 0.05; done
echo it is good
"""


def test_a_thread_works_in_a_worktree_that_goes_and_comes_back(
    start: Start, state: Path, repo: Repo
):
    nvim = start(config=serving(state, mode="edits"))
    nvim.command("Peon threads")
    nvim.command("Peon worktree topic")
    nvim.sees("writes a prompt", "⎇ topic")
    nvim.write("write a.txt one").press("<Esc><CR>").sees("✓ completed")
    worktree = Path(repo.git("worktree", "list", "--porcelain").split("worktree ")[2].split()[0])
    assert (worktree / "a.txt").read_text() == "one"
    assert not repo.exists("a.txt")
    # The line's history is asked of the worktree, and a commit is made there.
    nvim.command("wincmd t")
    nvim.command(f"botright split {worktree / 'a.txt'}")
    nvim.command("Peon why")
    nvim.sees("Why line 1", "Turn 1").press("q").misses("Why line 1")
    nvim.command("Peon chat")
    nvim.command("Peon commit Add it")
    nvim.sees("on topic, 1 file.")
    # Another thread in the same one, which is then taken away, and brought back.
    nvim.press(":Peon worktree<CR>").sees("3: topic ·", "1 thread").press("3<CR>")
    nvim.sees("2: open a new thread in it", "3: take it away").press("3<CR>")
    nvim.sees("was taken away", "topic taken away")
    assert not worktree.exists()
    nvim.press(":Peon worktree<CR>").sees("bring it back").press("3<CR>").sees("is back")
    assert (worktree / "a.txt").read_text() == "one"
    nvim.press(":Peon worktree<CR>").sees("3: topic ·").press("3<CR>").sees("2: open a new thread")
    nvim.press("2<CR>").sees("writes a prompt")
    nvim.until(lambda: len(folders(nvim, worktree)) == 2, "opened a second thread there")


def test_a_thread_begins_in_a_worktree_that_exists(start: Start, state: Path, repo: Repo):
    place = repo.root.parent / "apart"
    repo.git("worktree", "add", "--quiet", "-b", "mine", str(place))
    nvim = start(config=serving(state, mode="edits"))
    nvim.press(":Peon worktree<CR>").sees(f"mine · {place}").press("3<CR>")
    nvim.sees("1: open a new thread in it").misses("take it away").press("1<CR>")
    nvim.sees("writes a prompt", "⎇ mine")
    nvim.write("write a.txt one").press("<Esc><CR>").sees("✓ completed")
    assert (place / "a.txt").read_text() == "one"
    assert not repo.exists("a.txt")


def folders(nvim: Neovim, folder: Path) -> list[str]:
    """The threads that work in a folder."""
    return list(
        nvim.lua(
            "local found = {}\n"
            "for id, t in pairs(require('peon.session').state.threads) do\n"
            "if t.folder == ... then table.insert(found, id) end end return found",
            str(folder),
        )
    )

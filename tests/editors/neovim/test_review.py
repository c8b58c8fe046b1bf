"""Verdicts on what a turn has changed, hunk by hunk, and where a line comes from."""

from editors.neovim.conftest import Start
from editors.neovim.driver import Neovim
from editors.neovim.test_first import ask
from support.repositories import Repo

LINES = [f"line {number}" for number in range(1, 21)]
CHANGED = ["first", *LINES[1:19], "last"]


def reviewed(nvim: Neovim, repo: Repo) -> Neovim:
    """A turn that changes the first and the last line of a file, and its review."""
    repo.write("text.txt", "\n".join(LINES) + "\n")
    repo.commit("A text")
    nvim.command("edit text.txt")
    ask(nvim, "write text.txt " + "\\n".join(CHANGED) + "\\n").sees("Script wants to edit")
    nvim.press("a").sees("✓ completed")
    nvim.command("Peon review")
    return nvim.sees("Review · 1 file", "+first", "a accepts")


def test_a_hunk_is_rejected_and_another_accepted(nvim: Neovim, repo: Repo):
    reviewed(nvim, repo)
    nvim.press("r").sees("rejected")
    nvim.until(lambda: repo.read("text.txt").startswith("line 1\n"), "took the hunk back")
    assert repo.read("text.txt").endswith("last\n")
    nvim.press("]ca").sees("accepted")
    nvim.until(lambda: verdicts(nvim) == ["rejected", "accepted"], "told the quickfix list")


def test_a_verdict_is_given_in_the_file_itself(nvim: Neovim, repo: Repo):
    reviewed(nvim, repo).press("<CR>G")
    nvim.until(lambda: nvim.nvim.current.buffer.name.endswith("/text.txt"), "went to the file")
    nvim.command("Peon refuse Too short")
    nvim.sees("rejected")
    nvim.until(lambda: repo.read("text.txt").endswith("line 20\n"), "took the hunk back")
    assert repo.read("text.txt").startswith("first\n")


def test_the_agent_is_asked_about_a_hunk(nvim: Neovim, repo: Repo):
    reviewed(nvim, repo).press("]ci").sees("What shall the agent do?").press("say Look at it.<CR>")
    nvim.sees("asked").press("q").misses("Review · 1 file")
    nvim.until(lambda: nvim.thread()["turns"] == 2, "began a turn")
    prompt = nvim.lua(
        "local s = require('peon.session').state\n"
        "local turns = s.threads[s.threadOrder[#s.threadOrder]].turns\n"
        "return turns[#turns].prompt"
    )
    assert prompt.startswith("say Look at it.\n\nThis is about line 20 of text.txt:\n\n```diff\n")
    assert prompt.endswith("-line 20\n+last\n```")
    nvim.until(lambda: nvim.thread()["status"] == "idle", "ended the turn")


def test_all_of_a_turn_is_accepted_or_rejected(nvim: Neovim, repo: Repo):
    reviewed(nvim, repo).press("gA").until(lambda: verdicts(nvim) == ["accepted"] * 2, "accepted")
    assert repo.read("text.txt").startswith("first\n")
    nvim.press("gX").sees("Take back all").press("2<CR>")
    nvim.until(lambda: verdicts(nvim) == ["rejected"] * 2, "rejected it")
    assert repo.read("text.txt").splitlines() == LINES


def test_the_next_hunk_is_brought_into_view(nvim: Neovim, repo: Repo):
    text = [f"line {number}" for number in range(1, 201)]
    repo.write("text.txt", "\n".join(text) + "\n")
    repo.commit("A long text")
    for number in (5, 60, 120, 180):
        text[number] = f"changed {number}"
    ask(nvim, "write text.txt " + "\\n".join(text) + "\\n").sees("Script wants to edit")
    nvim.press("a").sees("✓ completed")
    nvim.command("Peon review")
    nvim.sees("Review · 1 file", "+changed 5")
    for number in (60, 120, 180):
        # In the list, and in both windows above it.
        nvim.press("]c").until(
            lambda number=number: (
                nvim.screen.text().count(f"changed {number}") >= 2
                and nvim.screen.text().count(f" line {number}") >= 3
            ),
            f"brought the hunk at {number} into view",
        )
    nvim.press("[c[c[c").sees("+changed 5")


def test_why_a_line_is_there(nvim: Neovim, repo: Repo):
    reviewed(nvim, repo).press("q").misses("Review · 1 file")
    nvim.command("wincmd t")
    nvim.until(lambda: nvim.nvim.current.buffer.name.endswith("/text.txt"), "is in the file")
    nvim.command("1Peon why")
    nvim.sees("Why line 1", "Turn 1", "write text.txt").press("q").misses("Why line 1")
    nvim.command("5")
    nvim.command("Peon why")
    nvim.sees("Why line 5").misses("Turn 1 of")


def test_what_another_editor_says_of_a_hunk_is_seen(start: Start, repo: Repo):
    one, other = start(), start()
    reviewed(one, repo)
    other.command("edit text.txt")
    other.command("Peon chat")
    other.sees("✓ completed")
    other.command("Peon review")
    other.sees("Review · 1 file", "a accepts").press("a").sees("accepted")
    one.sees("accepted")


def verdicts(nvim: Neovim) -> list[str]:
    """What the quickfix list says of each hunk."""
    return list(
        nvim.lua(
            "return vim.tbl_map(function(q) return q.text:match('^%[(%l+)%]') end,"
            " vim.fn.getqflist())"
        )
    )

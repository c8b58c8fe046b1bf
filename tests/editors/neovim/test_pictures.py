"""The pictures of the documents, taken of the flows as they are: `make pictures` writes them.

Without the variable PEON_TEST_PICTURES the flows run, and the pictures go nowhere.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from editors.neovim.conftest import Start
from editors.neovim.driver import Neovim, serving
from editors.neovim.painting import paint
from editors.neovim.test_first import ask
from support.repositories import Repo
from support.sources import ROOT

SIZE = (132, 38)

GREET = """\
\"\"\"Greets people.\"\"\"

import sys


def greet(name):
    return f"hello {name}"


if __name__ == "__main__":
    print(greet(sys.argv[1]))
"""
POLITE = (
    r"write greet.py \"\"\"Greets people, politely.\"\"\"\n\nimport sys\n\n\n"
    r"def greet(name, title=''):\n    return f'Good morning, {title} {name}.'\n\n\n"
    r"if __name__ == '__main__':\n    print(greet(*sys.argv[1:]))\n"
).replace(r"\"", '"')

PROMPT = (
    "plan Read greet.py; Let it take a title; Try it",
    "think The greeting is a constant, so a second parameter is enough; the title comes first.",
    "say I let `greet` take a **title**, and a full stop ends the sentence. Then I try it:",
    POLITE,
    "run python3 greet.py Ada Professor",
)


Picture = Callable[[Neovim, str, str], None]


@pytest.fixture
def picture(tmp_path: Path) -> Picture:
    """Takes a picture when nothing moves any more."""
    wanted = os.environ.get("PEON_TEST_PICTURES")
    folder = ROOT / wanted if wanted else tmp_path
    folder.mkdir(parents=True, exist_ok=True)

    def take(nvim: Neovim, name: str, title: str) -> None:
        seen = ""
        while seen != (seen := nvim.look()):
            continue
        painted = paint(nvim.screen, title)
        assert painted.count("<text") > 20
        (folder / f"{name}.svg").write_text(painted, encoding="utf-8")

    return take


@pytest.fixture
def dressed(start: Start, state: Path, repo: Repo) -> Neovim:
    """An editor as somebody might have set it up, with a file open."""
    repo.write("greet.py", GREET)
    repo.commit("Say what it does")
    nvim = start(size=SIZE, config=serving(state, layout={"threads_width": 32}))
    nvim.command("set number laststatus=2 fillchars=eob:\\ ,vert:│ noruler")
    nvim.lua("vim.o.statusline = \" %f %m%=%{v:lua.require'peon'.statusline()} \"")
    nvim.command("edit greet.py")
    return nvim


def begin(nvim: Neovim, *lines: str) -> Neovim:
    nvim.command("Peon threads")
    nvim.sees("Threads").press("<C-w>p")
    ask(nvim, *lines)
    nvim.until(lambda: nvim.thread().get("turns"), "started a turn")
    nvim.command("Peon rename Greet politely")
    return nvim.sees("Greet politely")


def test_the_editor_with_threads_and_a_chat(dressed: Neovim, picture: Picture):
    begin(dressed, *PROMPT).sees("Script wants to edit", "+def greet(name, title=''):")
    picture(dressed, "approval", "An agent asks before it changes a file")
    dressed.press("a").sees("$ python3 greet.py").press("a").sees("✓ completed")
    picture(dressed, "chat", "Threads, a file, and the chat of a thread")
    dressed.command("Peon review")
    dressed.sees("Review · 1 file", "greet.py before", "greet.py now")
    dressed.misses("as far as it can be told")
    picture(dressed, "review", "The review of a turn")
    dressed.press("q").misses("Review · 1 file")
    dressed.command("Peon undo")
    dressed.sees("Going back to this would undo", "greet.py")
    picture(dressed, "undo", "What undoing a turn would do, before it is done")

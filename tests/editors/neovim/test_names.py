"""The two editors call client, state and views by the same names."""

import re
from collections.abc import Iterable
from pathlib import Path

from editors.neovim.driver import PLUGIN
from editors.tools import EXTENSION

LUA = PLUGIN / "lua" / "peon"
CODE = EXTENSION / "src"

PARTS = ("items", "queue", "selectors", "threads", "titles", "usages")
"""The parts of a state, each a module in both."""
NEOVIM_ONLY = {"empty", "fromView", "text", "withThreadDelta", "isSpent"}
"""What a state that is changed in place, and text in pieces, need besides."""
SHARED = ("client", "session", "approvals", "chat", "queue", "review", "threads", "why")
"""Modules of both: the connection, what goes on over it, and what is shown."""


def test_what_folds_a_state_is_called_the_same_in_both():
    ours = _functions((LUA / "state").glob("*.lua"), r"^function M\.(\w+)")
    theirs = _functions((CODE / "state").glob("*.ts"), r"^export function (\w+)")
    assert {_camel(each) for each in ours} - theirs <= NEOVIM_ONLY
    assert {"withLists", "withThread", "applyEvents", "applyDelta", "reduce"} <= theirs
    for part in PARTS:
        assert (LUA / "state" / f"{part}.lua").exists()
        assert (CODE / "state" / f"{part}.ts").exists()


def test_client_and_views_are_called_the_same_in_both():
    ours = {part for path in LUA.rglob("*.lua") for part in path.relative_to(LUA).parts}
    theirs = {part for path in CODE.rglob("*.ts*") for part in path.relative_to(CODE).parts}
    assert set(SHARED) <= {Path(each).stem for each in ours}
    assert set(SHARED) <= {Path(each).stem for each in theirs}


def _functions(paths: Iterable[Path], pattern: str) -> set[str]:
    return {name for path in paths for name in re.findall(pattern, path.read_text(), re.MULTILINE)}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(each.capitalize() for each in rest)

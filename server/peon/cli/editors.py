"""Where the editors' plugins are that came with Peon."""

from pathlib import Path
from typing import Final

import peon
from peon.cli.options import Editor
from peon.errors import Unavailable

_PROOF: Final = {Editor.NEOVIM: "plugin/peon.lua"}
"""A file that stands in the folder, if it is the right one."""


def folder_of(editor: Editor, package: Path | None = None) -> Path:
    """The folder of a plugin: inside the installed package, or in the checkout.

    Raises Unavailable.
    """
    package = package or Path(peon.__file__).resolve().parent
    for place in (package / "editors", package.parents[1] / "editors"):
        if (place / editor / _PROOF[editor]).is_file():
            return place / editor
    raise Unavailable(
        f"the plugin for {editor}",
        f"it is not beside {package}",
        "Install Peon again, from a wheel or a whole checkout.",
    )

"""The repository that the demo plays in: new, small, and thrown away at the end."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

import attrs

from peon.errors import ExternalFailure, Unavailable

MENU: Final = "# Menu\n\n- black tea\n"
MENU_OFFERED: Final = MENU + "- green tea\n"
NOTES: Final = "Ask Nadia about the milk.\n"
NOTES_EDITED: Final = NOTES + "She says: oat.\n"

_GIT_SECONDS: Final = 30.0


def demo_environment(outside: Mapping[str, str]) -> dict[str, str]:
    """That of the caller without the caller's git settings: a hook or a signing key is not ours."""
    mine = {name: value for name, value in outside.items() if not name.startswith("GIT_")}
    return mine | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


@attrs.frozen
class Teahouse:
    """A folder with a menu, some notes, and one commit."""

    root: Path
    environment: Mapping[str, str] = attrs.field(repr=False)

    @classmethod
    def build(cls, root: Path, environment: Mapping[str, str]) -> Self:
        """Make the folder and the repository. Raises Unavailable without git."""
        root.mkdir()
        house = cls(root, environment)
        house.write("menu.md", MENU)
        house.write("notes.md", NOTES)
        house.git("-c", "init.defaultBranch=main", "init", "--quiet")
        house.git("config", "user.name", "You")
        house.git("config", "user.email", "you@teahouse.example")
        house.git("add", "--all")
        house.git("commit", "--quiet", "--message", "Open the tea house")
        return house

    def read(self, name: str) -> str | None:
        """The text of a file; None where there is none."""
        path = self.root / name
        return path.read_text("utf-8") if path.exists() else None

    def write(self, name: str, text: str) -> None:
        """What a person does in an editor."""
        (self.root / name).write_text(text, "utf-8")

    def log(self) -> list[str]:
        """The subjects of the commits, newest first."""
        return self.git("log", "--format=%s").splitlines()

    def status(self) -> list[str]:
        """What differs from the last commit, untracked files included."""
        return self.git("status", "--porcelain", "--untracked-files=all").splitlines()

    def refs(self) -> list[str]:
        """Every name there is for a commit."""
        return self.git("for-each-ref", "--format=%(refname)").splitlines()

    def git(self, *arguments: str) -> str:
        """What git answers. Raises Unavailable and ExternalFailure."""
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=self.root,
                env=dict(self.environment),
                capture_output=True,
                text=True,
                timeout=_GIT_SECONDS,
                check=True,
            )
        except FileNotFoundError:
            raise Unavailable("git", "it is not installed", "Install git.") from None
        except subprocess.CalledProcessError as error:
            raise ExternalFailure("git", str(error.stderr).strip()) from None
        return done.stdout

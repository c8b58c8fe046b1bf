"""Programs that wait for what never comes, as a slow hook does, until they are stopped."""

import asyncio
import os
from pathlib import Path

import attrs

from support.repositories import Repo


@attrs.frozen
class Waiting:
    """One such program, as lines of a shell script. It says by a pipe that it has begun, and the
    pipe says when no process is left that it has started.
    """

    pipe: Path

    @classmethod
    def at(cls, pipe: Path) -> "Waiting":
        """A program that nobody runs yet."""
        os.mkfifo(pipe)
        return cls(pipe)

    @property
    def script(self) -> str:
        """It starts others, which wait as well."""
        return f"exec 3>'{self.pipe}'\nsleep 100 | sleep 100\n"

    @property
    def stubborn(self) -> str:
        """It takes no notice of any request to end."""
        return self.trapping("", "INT TERM")

    def trapping(self, action: str, requests: str) -> str:
        """It answers requests to end with an action of its own. Each wait of it is short: a shell
        answers between them.
        """
        trap = f"trap '{action}' {requests}"
        return f"{trap}\nexec 3>'{self.pipe}'\nwhile :; do sleep 0.02; done\n"

    def hook(self, repo: Repo, name: str, script: str | None = None) -> None:
        """Have a hook wait."""
        text = f"#!/bin/sh\n{self.script if script is None else script}"
        repo.write(f".git/hooks/{name}", text).chmod(0o755)

    async def begun(self) -> int:
        """Wait until it runs; what to tell `gone`."""
        return await asyncio.to_thread(os.open, self.pipe, os.O_RDONLY)

    async def gone(self, reader: int) -> None:
        """See that nothing of it is left: the end of a pipe comes when nobody holds it any more."""
        assert await asyncio.to_thread(os.read, reader, 1) == b""
        os.close(reader)


def standing(repo: Repo) -> dict[str, bytes]:
    """Where a repository stands, byte by byte: its index, its references, and every lock."""
    place = repo.root / ".git"
    files = [place / "index", place / "HEAD", *place.glob("refs/**/*"), *place.rglob("*.lock")]
    return {str(file.relative_to(place)): file.read_bytes() for file in files if file.is_file()}

"""The ledger: which agents run, in a file, so that a next start can end what outlived everything.

The guardian ends agents when we die; the ledger is for the day when it died as well. An entry holds
the start time and a marker beside the number of the process, so a stranger is never taken for ours.
"""

import json
import logging
from pathlib import Path

from peon.providers import guardian
from peon.providers.guardian import Tracked

logger = logging.getLogger(__name__)


class Ledger:
    """Processes that have been started and not seen to end, mirrored in the file at `path`.

    A file that cannot be written is logged and does not keep an agent from running: the guardian is
    there too.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: dict[str, Tracked] = {}

    def enter(self, tracked: Tracked) -> None:
        self._entries[tracked.marker] = tracked
        self._write()

    def leave(self, tracked: Tracked) -> None:
        self._entries.pop(tracked.marker, None)
        self._write()

    def entries(self) -> tuple[Tracked, ...]:
        return tuple(self._entries.values())

    def reap(self, *, grace: float = guardian.GRACE) -> tuple[Tracked, ...]:
        """End what an earlier server of this state directory left running; who that was.

        Blocks for up to three times `grace` seconds if there is anything to end.
        """
        left = [each for each in self._read() if guardian.survives(each)]
        if left:
            logger.warning("ending %d agents that an earlier server left running", len(left))
            guardian.end_all(left, grace=grace)
        self._write()
        return tuple(left)

    def _read(self) -> list[Tracked]:
        try:
            written = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            logger.warning("the ledger of agents %s cannot be read: %s", self._path, error)
            return []
        found = []
        for entry in written if isinstance(written, list) else []:
            match entry:
                case [int(pid), str(start), str(marker)] if pid > 1 and start and marker:
                    found.append(Tracked(pid, start, marker))
        return found

    def _write(self) -> None:
        beside = self._path.with_name(f"{self._path.name}.new")
        try:
            beside.write_text(json.dumps(list(self._entries.values())), encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:
            logger.warning("the ledger of agents %s cannot be written: %s", self._path, error)

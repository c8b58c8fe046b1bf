"""`peon log`: what happened, an event on a line."""

import contextlib
import sys
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

import attrs
from rich.console import Console
from rich.text import Text

from peon.cli.complaints import complain
from peon.cli.logbook.growing import GrowingLog
from peon.cli.painting import style_of
from peon.cli.reading import StandingLog, standing_log, state_folder
from peon.cli.telling import Teller
from peon.errors import PeonError
from peon.wire import EVENT_TYPES, EventInvalid, UnknownEvent, decode_event, loads
from peon_protocol.events import StoredEvent

_ID_SHOWN: Final = 8
_TYPE_WIDTH: Final = 23

NOTHING_YET: Final = (
    "There is no log in {folder} yet. It begins with the first project: try peon run "
    '"say hello" --project DIR, or open a folder in your editor.\n'
)


@attrs.frozen(kw_only=True)
class Filter:
    """Which events are wanted: behind `after`, of a thread or project whose id begins with
    `thread`, of one of `types` (a whole type or its noun), at most `limit` (0: all).
    """

    after: int | None
    limit: int
    thread: str | None
    types: tuple[str, ...]


def unknown_types(types: Iterable[str]) -> list[str]:
    """Those of `types` that are neither the type of an event nor its noun."""
    nouns = {name.partition(".")[0] for name in EVENT_TYPES}
    return [wanted for wanted in types if wanted not in nouns and wanted not in EVENT_TYPES]


def list_events(state_dir: Path | None, wanted: Filter, *, as_json: bool, follow: bool) -> int:
    """Print the events that are wanted; with `follow` those to come too. The exit code."""
    folder = state_folder(state_dir)
    show = JsonLines() if as_json else Lines()
    try:
        log = standing_log(folder)
        if log is None:
            sys.stderr.write(NOTHING_YET.format(folder=folder))
        else:
            _show_all(show, _chosen(log, wanted))
        if follow:
            _follow(GrowingLog(folder, log.end.head if log else 0), wanted, show)
        elif log is not None and not show.shown:
            sys.stderr.write("No event fits. Without --after, --thread and --type all are shown.\n")
    except PeonError as error:
        complain(error)
        return 1
    except (UnknownEvent, EventInvalid) as error:
        sys.stderr.write(f"peon: error: {error}\n")
        return 1
    return 0


def _chosen(log: StandingLog, wanted: Filter) -> Iterable[bytes]:
    """Behind a place the first of them, else the last."""
    found = (body for body in log.events(wanted.after or 0) if _fits(body, wanted))
    if wanted.limit == 0:
        return found
    if wanted.after is not None:
        return (body for body, _ in zip(found, range(wanted.limit), strict=False))
    return deque(found, maxlen=wanted.limit)


def _fits(body: bytes, wanted: Filter) -> bool:
    if wanted.thread is None and not wanted.types:
        return True
    match loads(body):
        case {"type": str() as name, "streamId": str() as stream}:
            of_type = name in wanted.types or name.partition(".")[0] in wanted.types
            return (of_type or not wanted.types) and stream.startswith(wanted.thread or "")
        case _:
            return False


def _show_all(show: "Lines | JsonLines", bodies: Iterable[bytes]) -> None:
    for body in bodies:
        show.show(body)
    sys.stdout.flush()


def _follow(log: GrowingLog, wanted: Filter, show: "Lines | JsonLines") -> None:
    """Until the user has seen enough."""
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            _show_all(show, (body for body in log.news() if _fits(body, wanted)))
            log.wait()


@attrs.define
class JsonLines:
    """Shows events as they are stored."""

    shown: int = 0

    def show(self, body: bytes) -> None:
        self.shown += 1
        sys.stdout.write(body.decode() + "\n")


@attrs.define
class Lines:
    """Shows events as lines for people."""

    shown: int = 0
    _console: Console = attrs.field(factory=lambda: Console(highlight=False))
    _teller: Teller = attrs.field(factory=Teller)

    def show(self, body: bytes) -> None:
        self.shown += 1
        event = decode_event(body)
        self._console.print(_line(event, self._teller.tell(event)), soft_wrap=True)


def _line(event: StoredEvent, sentence: str) -> Text:
    moment = datetime.fromisoformat(event.occurred_at).astimezone()
    style = style_of(event)
    return Text.assemble(
        (f"{event.sequence:>7}  ", "bright_black"),
        (f"{moment:%Y-%m-%d %H:%M:%S}  ", "bright_black"),
        (f"{event.stream_id[:_ID_SHOWN]:<{_ID_SHOWN}}  ", "bright_black"),
        (f"{event.type:<{_TYPE_WIDTH}} ", style),
        (sentence, style),
    )

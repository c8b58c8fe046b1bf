"""The list of threads: which of them are told, and what of each.

A page is chosen at once and told a few threads at a time, so that nobody waits for a long one.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

import attrs

from peon.domain.lookup import folder_of
from peon.domain.model import Model, Thread
from peon.engine.gists import LISTED_TURNS, gist_of
from peon.engine.views import of_thread, of_turn
from peon.wire import ParamsInvalid
from peon_protocol.ids import ProjectId, ThreadId
from peon_protocol.queries import ListThreads
from peon_protocol.views import ThreadView

MOST_TURNS: Final = 50
MOST_THREADS: Final = 500
TURNS_OF_PAGE: Final = 500
"""A page has no more, but always one thread: with many turns of each, it has fewer threads."""
SHARING_TOLD: Final = 10
"""So many that share a thread's folder are told in a list: all of them would make it a square."""


@attrs.frozen(kw_only=True)
class Page:
    """The threads of an answer, oldest first, and how many more there are before them.

    `folders` are the threads that may be at work in each folder. It is true at `sequence`.
    """

    thread_ids: Sequence[ThreadId]
    before: int
    turns: int
    folders: Mapping[str, Sequence[ThreadId]]
    sequence: int


def page_of(model: Model, query: ListThreads) -> Page:
    """The threads that are asked for.

    Places count from the oldest: while pages are read a deleted thread moves some into a page that
    had them already, and none out of one that is still to come. Raises ParamsInvalid for a page of
    a size that there is not.
    """
    _check(query)
    chosen = _live(model, query.project_id)[: query.before]
    place = 0 if query.limit is None else max(0, len(chosen) - _size(query.limit, query.turns))
    return Page(
        thread_ids=chosen[place:],
        before=place,
        turns=query.turns,
        folders=_folders(model),
        sequence=model.sequence,
    )


def told(model: Model, page: Page, thread_ids: Iterable[ThreadId]) -> tuple[ThreadView, ...]:
    """What is told of some threads of a page; of those that were deleted meanwhile, nothing."""
    threads = (model.threads.get(each) for each in thread_ids)
    return tuple(_told(model, page, thread) for thread in threads if thread is not None)


def _told(model: Model, page: Page, thread: Thread) -> ThreadView:
    gist = gist_of(thread, turns=page.turns)
    undone = frozenset(thread.undone)
    turns = tuple(
        of_turn(each, undone=each.turn_id in undone, with_items=False) for each in gist.turns
    )
    sharing = page.folders.get(folder_of(model, thread), ())
    return of_thread(model, thread, gist, turns, _others(sharing, thread.thread_id))


def _size(limit: int, turns: int) -> int:
    return min(limit, max(1, TURNS_OF_PAGE // max(1, turns)))


def _check(query: ListThreads) -> None:
    problems: list[str] = []
    if query.limit is None and query.turns > LISTED_TURNS:
        problems.append(
            f"expected 1 to {MOST_THREADS} where more than {LISTED_TURNS} turn is asked for: "
            "ask for a page @ $.params.limit"
        )
    if query.limit is not None and not 1 <= query.limit <= MOST_THREADS:
        problems.append(
            f"expected 1 to {MOST_THREADS} threads, found {query.limit}: "
            "ask for the rest page by page @ $.params.limit"
        )
    if query.before is not None and query.before < 0:
        problems.append(
            f"expected the threadsBefore of an answer, found {query.before} @ $.params.before"
        )
    if not 0 <= query.turns <= MOST_TURNS:
        problems.append(
            f"expected 0 to {MOST_TURNS} turns, found {query.turns}: "
            "thread/read has the others @ $.params.turns"
        )
    if problems:
        raise ParamsInvalid(problems)


def _live(model: Model, project_id: ProjectId | None) -> list[ThreadId]:
    if project_id is None:
        return list(model.threads)
    project = model.projects.get(project_id)
    return [] if project is None else list(project.thread_ids)


def _folders(model: Model) -> Mapping[str, Sequence[ThreadId]]:
    found: dict[str, list[ThreadId]] = {}
    for each in model.threads.values():
        if not each.archived:
            found.setdefault(folder_of(model, each), []).append(each.thread_id)
    return found


def _others(sharing: Sequence[ThreadId], thread_id: ThreadId) -> tuple[ThreadId, ...]:
    """The newest few besides the thread itself."""
    newest = (each for each in reversed(sharing) if each != thread_id)
    return tuple(reversed(tuple(islice(newest, SHARING_TOLD))))

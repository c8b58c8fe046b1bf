"""What came out of a path, and is not known to be in the store, goes back there; or, where
something newer stands by now, is kept beside it under a name people see.
"""

import os

from peon.workspace.disk import Place, Special, entry_in, exchange, move
from peon.workspace.entries import Entry
from peon.workspace.plan import Action
from peon.workspace.steps import Steps
from peon.workspace.store import SCRATCH


def drop(scratch: Place) -> None:
    """Let go of what lies under a name of ours."""
    os.unlink(scratch[1], dir_fd=scratch[0])


def put_back_or_drop(
    scratch: Place, path: Place, action: Action, steps: Steps, *, exchanged: bool = True
) -> None:
    """Leave nothing under a scratch name, and what belongs there under the path.

    What was displaced is let go only when it is known to be in the store: the expected content
    once the target is in place, or a target that was not needed.
    """
    out = entry_in(*scratch)
    if out is None:
        return
    steps("tidy")
    now = entry_in(*path)
    # What was expected can only have come under this name by the swap itself; whoever has
    # deleted what stood there since does not get the old content back.
    if exchanged and out in (action.target, action.expect):
        drop(scratch)
    elif now is None:
        move(scratch, path)
    elif out == action.expect:
        drop(scratch)
    else:
        _give_back(scratch, path, action.target, now, steps)


def _give_back(
    scratch: Place, path: Place, target: Entry | None, now: Entry | Special, steps: Steps
) -> None:
    if now == target and exchange(scratch, path):
        steps("back")
        if entry_in(*scratch) == target:
            drop(scratch)
            return
    keep_beside(scratch, path)


def keep_beside(scratch: Place, path: Place) -> None:
    """Move what nobody knows to where people see it."""
    tag = scratch[1].removeprefix(SCRATCH).replace(b"~", b"-")
    move(scratch, (path[0], path[1] + b".peon-kept-" + tag))

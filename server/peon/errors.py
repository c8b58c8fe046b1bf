"""What can go wrong, divided by who can do something about it.

    PeonError
    ├── CommandRejected    the user: the command does not fit the present state (carries a rejection
    as data)
    ├── Stale              the editor: its cursor or base is behind; read again
    ├── Unavailable        the user: something is missing; carries the remedy
    ├── ExternalFailure    git, an agent or another program failed; carries its own words
    └── StoreFailure       the journal can no longer promise anything; restart after the cause is
    gone

Anything else that is raised is a bug.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from peon_protocol.rejections import Rejection


class PeonError(Exception):
    """The root of every error that is raised on purpose."""


class CommandRejected(PeonError):
    """A command was refused; `rejection` says why, as data."""

    def __init__(self, rejection: "Rejection") -> None:
        super().__init__(rejection.message)
        self.rejection = rejection


class Stale(PeonError):
    """A cursor names history that this log does not have (any more)."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Unavailable(PeonError):
    """Something needed is not there.

    `what` is missing, `why`, and the `remedy` a person can apply.
    """

    def __init__(self, what: str, why: str, remedy: str) -> None:
        super().__init__(f"{what}: {why}. {remedy}")
        self.what = what
        self.why = why
        self.remedy = remedy


class ExternalFailure(PeonError):
    """A program outside failed.

    `tool` names it, `detail` holds its own words (bounded, redacted).
    """

    def __init__(
        self, tool: str, detail: str, *, code: str = "external.failed", remedy: str | None = None
    ) -> None:
        super().__init__(f"{tool}: {detail}")
        self.tool = tool
        self.detail = detail
        self.code = code
        self.remedy = remedy


class StoreFailure(PeonError):
    """The journal cannot write or read. After a failed write nothing more is acknowledged."""

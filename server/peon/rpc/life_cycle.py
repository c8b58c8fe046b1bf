"""The life cycle of LSP: what a client may send before `initialize`, while running, at the end."""

import enum

from peon.rpc.messages import Failure
from peon_protocol.failures import FailureKind


class Phase(enum.Enum):
    """How far a session has come."""

    NEW = "new"
    RUNNING = "running"
    SHUT_DOWN = "shut down"


class LifeCycle:
    """The phase of one session, and what it forbids."""

    def __init__(self) -> None:
        self.phase = Phase.NEW

    @property
    def exit_code(self) -> int:
        """What the process of this session ends with: 0 only after `shutdown`."""
        return 0 if self.phase is Phase.SHUT_DOWN else 1

    def started(self) -> None:
        """`initialize` has succeeded."""
        self.phase = Phase.RUNNING

    def shut_down(self) -> None:
        """`shutdown` was asked for."""
        self.phase = Phase.SHUT_DOWN

    def refusal(self, method: str) -> Failure | None:
        """Why a request cannot be taken now, if so."""
        if self.phase is Phase.RUNNING and method != "initialize":
            return None
        match self.phase:
            case Phase.NEW if method != "initialize":
                return Failure.of(
                    FailureKind.SERVER_NOT_INITIALIZED,
                    f"{method} came before initialize.",
                    remedy="Send initialize first, and wait for its answer.",
                )
            case Phase.RUNNING:
                return Failure.of(
                    FailureKind.REQUEST_INVALID, "This session is initialized already."
                )
            case Phase.SHUT_DOWN:
                return Failure.of(
                    FailureKind.SERVER_SHUTTING_DOWN,
                    f"{method} came after shutdown.",
                    remedy="Send exit, and start the server again.",
                )
            case _:
                return None

    def takes_notification(self, method: str) -> bool:
        """Whether a notification counts now; `exit` always does."""
        return self.phase is Phase.RUNNING or method == "exit"

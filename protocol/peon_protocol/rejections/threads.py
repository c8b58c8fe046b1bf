"""Why a command about a thread, its title or its provider was refused."""

from typing import ClassVar

import attrs

from peon_protocol.ids import ThreadId


@attrs.frozen
class TitleBlank:
    """A title must have something to read."""

    KIND: ClassVar = "title.blank"
    REMEDY: ClassVar = "Give a title, or leave it out."

    @property
    def message(self) -> str:
        return "The title is blank."


@attrs.frozen
class ThreadNotFound:
    """The id names no live thread."""

    KIND: ClassVar = "thread.notFound"
    REMEDY: ClassVar = "List the threads with thread/list."
    thread_id: ThreadId

    @property
    def message(self) -> str:
        return f"There is no thread {self.thread_id}."


@attrs.frozen
class ThreadIdUsed:
    """The id was given to a thread before, perhaps one deleted since."""

    KIND: ClassVar = "thread.idUsed"
    REMEDY: ClassVar = "Leave threadId out and one is made."
    thread_id: ThreadId

    @property
    def message(self) -> str:
        return f"The id {self.thread_id} is used already."


@attrs.frozen
class ThreadArchived:
    """An archived thread takes no turns."""

    KIND: ClassVar = "thread.archived"
    REMEDY: ClassVar = "Take it out of the archive with thread/configure, archived: false."
    thread_id: ThreadId

    @property
    def message(self) -> str:
        return f"Thread {self.thread_id} is archived."


@attrs.frozen
class ThreadNotAwaitingApproval:
    """No action of the thread waits for an answer."""

    KIND: ClassVar = "thread.notAwaitingApproval"
    REMEDY: ClassVar = "Read the thread: its pendingActions say what waits."
    thread_id: ThreadId

    @property
    def message(self) -> str:
        return f"Thread {self.thread_id} is not waiting for an approval."


@attrs.frozen
class ProviderUnknown:
    """No provider has this id."""

    KIND: ClassVar = "provider.unknown"
    REMEDY: ClassVar = "List the providers with provider/list."
    provider: str

    @property
    def message(self) -> str:
        return f"There is no provider {self.provider}."


@attrs.frozen
class ProviderNotAvailable:
    """The provider's program is not there, so a turn could only fail."""

    KIND: ClassVar = "provider.notAvailable"
    REMEDY: ClassVar = "Install it as `install` says, or choose another of provider/list."
    provider: str
    reason: str
    install: str | None = None

    @property
    def message(self) -> str:
        get_it = f" Get it with: {self.install}" if self.install else ""
        return f"{self.provider} cannot be used: {self.reason}.{get_it}"


@attrs.frozen
class ProviderNeedsLogin:
    """The agent has said that it needs a log-in, and nothing is known to have changed since."""

    KIND: ClassVar = "provider.needsLogin"
    REMEDY: ClassVar = "Log in, then let provider/authenticate see whether it worked."
    provider: str
    reason: str
    how: str = ""

    @property
    def message(self) -> str:
        return f"{self.provider} needs a log-in: {self.reason}. {self.how}".rstrip()


@attrs.frozen
class LoginMethodUnknown:
    """The agent offers no such way to log in."""

    KIND: ClassVar = "login.methodUnknown"
    REMEDY: ClassVar = "Choose one of `known`; without a method it is only seen whether it works."
    provider: str
    method: str
    known: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"{self.provider} has no log-in method {self.method}."


@attrs.frozen
class ProviderNotHost:
    """Clients speak for the provider `host` only; every other is driven by the server."""

    KIND: ClassVar = "provider.notHost"
    REMEDY: ClassVar = "Create the thread with provider: host to run its agent yourself."
    thread_id: ThreadId
    provider: str

    @property
    def message(self) -> str:
        return f"Thread {self.thread_id} is driven by {self.provider}, not by its host."


@attrs.frozen
class ModeNotSupported:
    """The provider cannot keep what this mode promises."""

    KIND: ClassVar = "mode.notSupported"
    REMEDY: ClassVar = "Choose another mode or another provider."
    provider: str
    mode: str

    @property
    def message(self) -> str:
        return f"{self.provider} cannot work in mode {self.mode}."

"""The bounds of one session, and what happens at each."""

from typing import Self

import attrs

from peon.runtime.settings import KIB, MIB, Settings


@attrs.frozen(kw_only=True)
class Limits:
    """Sizes are in bytes, waits in seconds."""

    message_bytes: int = 64 * MIB
    """A longer message is skipped and answered with an error."""

    requests: int = 1024
    """With so many unanswered, no further message is read."""

    subscriptions: int = 64
    """No more are opened."""

    page_events: int = 256
    page_bytes: int = MIB
    """A notification holds no more of the log than this, but always one event."""

    read_ahead: int = 256 * KIB
    """So much is taken from a client whose messages cannot be handled yet."""

    high_water: int = MIB
    """With so much waiting to be sent, the feed is not read on."""

    answers_water: int = 8 * MIB
    """With so much waiting to be sent, no further message is read."""

    hard_cap: int = 64 * MIB
    """With so much waiting to be sent, the connection is given up when more is added."""

    delta_bytes: int = 64 * KIB
    """So much live text is held for a client that is slow; beyond it, it is dropped."""

    outgoing_requests: int = 256
    """So many requests to the client may be unanswered; the oldest is given up for another."""

    answer_seconds: float = 2.0
    """How long a session that ends waits for requests under way."""

    flush_seconds: float = 2.0
    """How long a session that ends waits for the client to take what was sent."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The bounds that the user's settings ask for."""
        return cls(message_bytes=settings.max_message_bytes)

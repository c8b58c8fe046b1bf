"""What a user does in the turns that are recorded of agents, and again when they are replayed."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import attrs

from peon_protocol.provider_events import ActionRequested, ProviderEvent, TextDelta
from peon_protocol.values import Mode
from support.agents import ALLOWING, REJECTING, Answerer, Recorder

Deed: TypeAlias = Callable[[Recorder, int], Awaitable[None]]
"""What is done while the turn runs; the number is that of the events before it."""


async def _watch(_recorder: Recorder, _before: int) -> None:
    """Do nothing."""


def _interrupts_at(kind: type[ProviderEvent]) -> Deed:
    async def interrupt(recorder: Recorder, before: int) -> None:
        await recorder.until(lambda r: any(isinstance(e, kind) for e in r.events[before:]))
        assert recorder.session is not None
        await recorder.session.interrupt()

    return interrupt


@attrs.frozen(kw_only=True)
class Act:
    """One turn, as the user sees it."""

    answer: Answerer | None = None
    deed: Deed = _watch


ACTS: Final = {
    "writes": Act(answer=ALLOWING),
    "runs": Act(answer=ALLOWING),
    "rejected": Act(answer=REJECTING),
    "cancelled": Act(answer=lambda _: "cancel"),
    "refused": Act(),
    "interrupted": Act(deed=_interrupts_at(TextDelta)),
    "stopped": Act(deed=_interrupts_at(ActionRequested)),
}


async def perform(name: str, recorder: Recorder, prompt: str) -> ProviderEvent:
    """Play a turn to its end, which is given back."""
    act = ACTS[name]
    recorder.answering(act.answer)
    assert recorder.session is not None
    events, ends = len(recorder.events), len(recorder.ends())
    await recorder.session.prompt(prompt, mode=Mode.ASK, model=None)
    await act.deed(recorder, events)
    await recorder.until(lambda r: len(r.ends()) > ends)
    return recorder.ends()[ends]

"""A sample of everything that a provider can say."""

from typing import Final

from generator.samples import cast
from peon_protocol import provider_events as said
from peon_protocol.ids import ItemId
from peon_protocol.values import (
    ItemStatus,
    Location,
    Mode,
    PlanEntry,
    PlanPriority,
    PlanStatus,
    StopReason,
    TextContent,
    ToolKind,
)

PROVIDER_EVENTS: Final[tuple[said.ProviderEvent, ...]] = (
    said.SessionStarted(
        session_id=cast.SESSION,
        native_id="5d0c",
        agent_name="Script",
        agent_version="0.1.0",
        mcp_servers=cast.SESSION_SERVERS,
    ),
    said.SessionConfigured(options=cast.SESSION_OPTIONS, commands=cast.COMMANDS),
    said.SessionEnded(
        session_id=cast.SESSION,
        reason="exited",
        detail="the agent ended with exit code 70",
    ),
    said.TextDelta(text="I let greet.py "),
    said.ReasoningDelta(text="The name is an argument. ", item_id=ItemId("thought-1")),
    said.ToolCallUpdated(
        item_id=cast.EDIT_CALL,
        title="Write greet.py",
        kind=ToolKind.EDIT,
        status=ItemStatus.COMPLETED,
        summary="3 lines written",
        input={"path": "greet.py", "lines": 3},
        content=(TextContent(text="greet.py now takes a name."),),
        edits=(cast.EDIT,),
        locations=(Location(path="greet.py", line=3),),
    ),
    said.PlanReplaced(
        entries=(
            PlanEntry(content="Let greet.py take a name", status=PlanStatus.COMPLETED),
            PlanEntry(content="Run it", priority=PlanPriority.LOW, status=PlanStatus.IN_PROGRESS),
        )
    ),
    said.ActionRequested(
        action_id=cast.EDIT_ACTION,
        item_id=cast.EDIT_CALL,
        kind=ToolKind.EDIT,
        title="Write greet.py",
        options=cast.OPTIONS,
        paths=("greet.py",),
    ),
    said.ActionWithdrawn(action_id=cast.RUN_ACTION),
    said.UsageReported(usage=cast.USAGE),
    said.ModeChanged(mode=Mode.PLAN),
    said.TurnEnded(stop_reason=StopReason.END_TURN, usage=cast.USAGE),
    said.ProviderError(code="rateLimited", message="Try again in 20 seconds."),
)

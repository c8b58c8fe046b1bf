"""A session with the embedded agent, through the same client as with any other."""

import asyncio
import os
from pathlib import Path

import pytest

from peon.errors import ExternalFailure, Unavailable
from peon.providers.registry import SCRIPT
from peon.providers.script.commands import Alarm
from peon.providers.script.turn import ALPHABET
from peon_protocol.ids import is_id
from peon_protocol.provider_events import (
    ActionRequested,
    ActionWithdrawn,
    PlanReplaced,
    ProviderError,
    ReasoningDelta,
    SessionEnded,
    SessionStarted,
    TextDelta,
    ToolCallUpdated,
    TurnEnded,
    UsageReported,
)
from peon_protocol.values import (
    Cost,
    EmbeddedResource,
    FileEdit,
    ImageContent,
    ItemStatus,
    Mode,
    PlanEntry,
    ResourceContents,
    SessionOrigin,
    StopReason,
    TextContent,
    ToolKind,
    Usage,
)
from support.agents import ALLOWING, LONG, REJECTING, Agency, Recorder, chosen, wait_until_gone


async def test_a_session_says_that_it_started(agents: Agency):
    recorder = await agents.open(SCRIPT)
    assert recorder.session is not None
    (started,) = recorder.events
    assert isinstance(started, SessionStarted)
    assert started.session_id == recorder.session.session_id
    assert started.native_id == recorder.session.native_id
    assert (started.agent_name, started.origin) == ("Script", SessionOrigin.FRESH)
    assert recorder.session.alive


async def test_lines_are_said_thought_and_planned(agents: Agency):
    recorder = await agents.open(SCRIPT)
    end = await recorder.turn("hello there\n\nsay hi\nthink hmm\nplan one; two")
    assert [event.text for event in recorder.of(TextDelta)] == ["hello there", "hi"]
    assert [event.text for event in recorder.of(ReasoningDelta)] == ["hmm"]
    assert recorder.of(PlanReplaced) == [
        PlanReplaced(entries=(PlanEntry("one"), PlanEntry("two"))),
    ]
    assert end == TurnEnded(
        stop_reason=StopReason.END_TURN, usage=Usage(input_tokens=11, output_tokens=4)
    )


async def test_what_a_turn_used_and_cost_is_said(agents: Agency):
    recorder = await agents.open(SCRIPT)
    end = await recorder.turn("usage 100 20 0.5\nusage 1 2 0.25")
    assert isinstance(end, TurnEnded)
    assert end.usage == Usage(input_tokens=101, output_tokens=22)
    await recorder.turn("usage 5 5 1")
    reports = [event.usage for event in recorder.of(UsageReported)]
    assert [each.context_used for each in reports] == [120, 123, 10]
    assert [each.cost for each in reports] == [Cost(each, "USD") for each in (0.5, 0.75, 1.0)]


async def test_every_message_is_an_item_with_an_id_of_its_own(agents: Agency):
    first = await agents.open(SCRIPT)
    second = await agents.open(SCRIPT)
    await first.turn("say a\nsay b")
    await second.turn("say a\nsay b")
    ids = [event.item_id for event in (*first.of(TextDelta), *second.of(TextDelta))]
    assert len(set(ids)) == 4
    assert all(item_id is not None and is_id(item_id) for item_id in ids)


async def test_an_allowed_write_is_done_and_shown(agents: Agency, workspace: Path):
    recorder = await agents.open(SCRIPT, ALLOWING)
    await recorder.turn("write notes/a.txt one\\ntwo")
    path = workspace / "notes/a.txt"
    assert path.read_bytes() == b"one\ntwo"
    (action,) = recorder.of(ActionRequested)
    assert (action.kind, action.title) == (ToolKind.EDIT, "Write notes/a.txt")
    assert action.paths == (str(path),)
    calls = recorder.of(ToolCallUpdated)
    assert {call.item_id for call in calls} == {action.item_id}
    assert calls[0].edits == (FileEdit(str(path), "one\ntwo"),)
    assert [call.status for call in calls] == [
        ItemStatus.STREAMING,
        ItemStatus.AWAITING_APPROVAL,
        ItemStatus.COMPLETED,  # That it runs once it is allowed, whoever allowed it knows.
    ]


async def test_a_rejected_step_fails_and_the_next_one_runs(agents: Agency, workspace: Path):
    recorder = await agents.open(SCRIPT, REJECTING)
    end = await recorder.turn("write a.txt no\nsay next")
    assert not (workspace / "a.txt").exists()
    assert recorder.of(ToolCallUpdated)[-1].summary == "Not allowed."
    assert ItemStatus.COMPLETED not in [call.status for call in recorder.of(ToolCallUpdated)]
    assert recorder.text() == "next"
    assert isinstance(end, TurnEnded)


async def test_steps_change_what_they_say(agents: Agency, workspace: Path):
    (workspace / "old.txt").write_text("old")
    recorder = await agents.open(SCRIPT, ALLOWING)
    await recorder.turn(
        'write "with space.txt" x \nappend a.txt one \nappend a.txt two\ndelete old.txt\n'
        "run printf hi > out.txt; echo done"
    )
    assert (workspace / "with space.txt").read_text() == "x "
    assert (workspace / "a.txt").read_text() == "one two"
    assert not (workspace / "old.txt").exists()
    assert (workspace / "out.txt").read_text() == "hi"
    assert [action.kind for action in recorder.of(ActionRequested)] == [
        ToolKind.EDIT,
        ToolKind.EDIT,
        ToolKind.EDIT,
        ToolKind.DELETE,
        ToolKind.EXECUTE,
    ]
    assert recorder.of(ToolCallUpdated)[-2].content == (TextContent("done\n"),)
    assert recorder.of(ToolCallUpdated)[-1].summary == "done"


async def test_a_failing_command_fails_its_call_with_its_output(agents: Agency):
    recorder = await agents.open(SCRIPT, ALLOWING)
    end = await recorder.turn("run echo out; echo err >&2; exit 3\nsay next")
    last = recorder.of(ToolCallUpdated)[-1]
    assert last.status is ItemStatus.FAILED
    assert last.content == (TextContent("out\nerr\n\nexit code 3"),)
    assert recorder.text() == "next"
    assert isinstance(end, TurnEnded)


@pytest.mark.parametrize("path", ["../out.txt", "/etc/passwd", "link/out.txt", ".", "gone/../.."])
async def test_nothing_outside_the_workspace_is_asked_for_or_changed(
    agents: Agency, workspace: Path, home: Path, path: str
):
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    (workspace / "link").symlink_to(elsewhere)
    recorder = await agents.open(SCRIPT, ALLOWING)
    await recorder.turn(f"write {path} x\nappend {path} x\ndelete {path}")
    assert recorder.of(ActionRequested) == []
    assert [c.status for c in recorder.of(ToolCallUpdated)] == [
        ItemStatus.STREAMING,
        ItemStatus.FAILED,
    ] * 3
    assert os.listdir(elsewhere) == []  # noqa: PTH208 (in an async test)


async def test_in_plan_mode_nothing_changes_and_nothing_is_asked(agents: Agency, workspace: Path):
    recorder = await agents.open(SCRIPT, ALLOWING, mode=Mode.PLAN)
    await recorder.turn("write a.txt x\nrun touch b.txt", Mode.PLAN)
    assert recorder.of(ActionRequested) == []
    assert os.listdir(workspace) == []  # noqa: PTH208 (in an async test)


async def test_a_mode_can_change_between_turns(agents: Agency, workspace: Path):
    recorder = await agents.open(SCRIPT, ALLOWING)
    await recorder.turn("write a.txt x", Mode.PLAN)
    assert not (workspace / "a.txt").exists()
    await recorder.turn("write a.txt x", Mode.FULL)
    assert (workspace / "a.txt").exists()


async def test_every_mode_is_supported(agents: Agency):
    assert all(agents.provider(SCRIPT).supports(mode) for mode in Mode)


@pytest.mark.parametrize("code", ["429", "quota_exceeded", "-32603"])
async def test_a_failing_turn_keeps_code_and_message(agents: Agency, code: str):
    recorder = await agents.open(SCRIPT)
    end = await recorder.turn(f"say before\nfail {code} too many requests\nsay after")
    assert end == ProviderError(code=code, message="too many requests")
    assert recorder.text() == "before"


async def test_a_stream_loses_nothing_and_keeps_its_order(agents: Agency):
    recorder = await agents.open(SCRIPT)
    await recorder.turn("stream 20000 7")
    pieces = recorder.of(TextDelta)
    # What was heard together has become one piece.
    assert 0 < len(pieces) <= 20_000
    assert len({piece.item_id for piece in pieces}) == 1
    whole = ALPHABET * (140_000 // len(ALPHABET) + 1)
    assert recorder.text() == whole[:140_000]


async def test_a_crash_ends_the_session_with_its_last_words(agents: Agency):
    recorder = await agents.open(SCRIPT)
    end = await recorder.turn("say hello\ncrash\nsay never")
    assert recorder.session is not None
    assert isinstance(end, SessionEnded)
    assert end.reason == "exited with code 70"
    assert end.detail == "script: crashing, as told"
    assert len(recorder.ends()) == 1
    assert not recorder.session.alive
    with pytest.raises(ExternalFailure) as failure:
        await recorder.session.prompt("say more", mode=Mode.ASK, model=None)
    assert failure.value.code == "agent.gone"


def test_an_alarm_that_comes_when_the_turn_is_over_wakes_nobody():
    alarm = Alarm()
    alarm.close()
    alarm.ring()
    assert alarm.rung.is_set()


@pytest.mark.parametrize("step", ["sleep 600", "run sleep 600", "stream 900000000 10"])
async def test_interrupting_stops_every_step(agents: Agency, step: str):
    recorder = await agents.open(SCRIPT, ALLOWING)
    assert recorder.session is not None
    await recorder.session.prompt(f"say go\n{step}", mode=Mode.ASK, model=None)
    begun = ActionRequested if step.startswith("run") else TextDelta
    await recorder.until(lambda r: r.of(begun))
    await recorder.session.interrupt()
    (end,) = recorder.ends()
    assert isinstance(end, TurnEnded)
    assert end.stop_reason is StopReason.CANCELLED
    assert recorder.session.alive
    assert isinstance(await recorder.turn("say and on it goes"), TurnEnded)


async def test_an_interrupted_command_leaves_nothing_running(agents: Agency, workspace: Path):
    recorder = await agents.open(SCRIPT, ALLOWING)
    assert recorder.session is not None
    command = "run (sleep 600 & echo $! > pid); echo $$ >> pid; mkfifo f; echo ready; sleep 600"
    await recorder.session.prompt(command, mode=Mode.ASK, model=None)
    await recorder.until(
        lambda r: any(call.content == (TextContent("ready\n"),) for call in r.of(ToolCallUpdated))
    )
    pids = [int(pid) for pid in (workspace / "pid").read_text().split()]
    await recorder.session.interrupt()
    assert wait_until_gone(pids) == []
    last = [call.status for call in recorder.of(ToolCallUpdated) if call.status][-1]
    assert last is ItemStatus.CANCELLED


async def test_interrupting_withdraws_what_waits(agents: Agency, workspace: Path):
    recorder = await agents.open(SCRIPT)
    assert recorder.session is not None
    await recorder.session.prompt("write a.txt x\nsay never", mode=Mode.ASK, model=None)
    await recorder.until(lambda r: r.of(ActionRequested))
    (action,) = recorder.of(ActionRequested)
    await recorder.session.interrupt()
    assert recorder.of(ActionWithdrawn) == [ActionWithdrawn(action_id=action.action_id)]
    (end,) = recorder.ends()
    assert isinstance(end, TurnEnded)
    assert end.stop_reason is StopReason.CANCELLED
    recorder.session.answer(action.action_id, chosen("allow"))  # Too late, and harmless.
    await recorder.turn("say next")
    assert not (workspace / "a.txt").exists()


async def test_a_second_prompt_is_refused_while_one_runs(agents: Agency):
    recorder = await agents.open(SCRIPT)
    assert recorder.session is not None
    await recorder.session.prompt("sleep 600", mode=Mode.ASK, model=None)
    with pytest.raises(ExternalFailure) as failure:
        await recorder.session.prompt("say no", mode=Mode.ASK, model=None)
    assert failure.value.code == "agent.busy"


async def test_interrupting_when_nothing_runs_does_nothing(agents: Agency):
    recorder = await agents.open(SCRIPT)
    assert recorder.session is not None
    await recorder.session.interrupt()
    assert isinstance(await recorder.turn("say hi"), TurnEnded)


async def test_an_option_that_was_not_offered_is_no_answer(agents: Agency, workspace: Path):
    recorder = await agents.open(SCRIPT, lambda _action: "allow everything")
    end = await recorder.turn("write a.txt x")
    assert not (workspace / "a.txt").exists()
    assert isinstance(end, TurnEnded)


async def test_closing_ends_the_agent_and_says_so(agents: Agency):
    recorder = await agents.open(SCRIPT)
    assert recorder.session is not None
    await recorder.session.close()
    await recorder.session.close()
    (end,) = recorder.ends()
    assert isinstance(end, SessionEnded)
    assert end.reason == "closed"
    assert not recorder.session.alive


async def test_closing_in_a_turn_ends_both(agents: Agency):
    """The agent may still manage to say that its turn was cancelled."""
    recorder = await agents.open(SCRIPT)
    assert recorder.session is not None
    await recorder.session.prompt("sleep 600", mode=Mode.ASK, model=None)
    await recorder.session.close()
    assert len(recorder.of(SessionEnded)) == 1
    assert isinstance(recorder.ends()[-1], SessionEnded)
    assert len(recorder.ends()) <= 2


async def test_a_session_is_resumed_in_a_new_process(agents: Agency):
    first = await agents.open(SCRIPT)
    assert first.session is not None
    await first.session.close()
    second = await agents.open(SCRIPT, resume=first.session.native_id)
    assert second.of(SessionStarted)[0].origin is SessionOrigin.RESUMED
    assert second.of(SessionStarted)[0].native_id == first.session.native_id
    assert isinstance(await second.turn("say again"), TurnEnded)


async def test_text_in_an_embedded_file_is_part_of_the_script(agents: Agency):
    recorder = await agents.open(SCRIPT)
    assert recorder.session is not None
    prompt = (
        TextContent("say one"),
        EmbeddedResource(ResourceContents(uri="file:///script", text="say two")),
    )
    await recorder.session.prompt(prompt, mode=Mode.ASK, model=None)
    await recorder.until(lambda r: r.ends())
    assert [event.text for event in recorder.of(TextDelta)] == ["one", "two"]


async def test_content_the_agent_cannot_take_is_refused_before_the_turn(agents: Agency):
    recorder = await agents.open(SCRIPT)
    assert recorder.session is not None
    with pytest.raises(Unavailable, match="image"):
        await recorder.session.prompt((ImageContent("", "image/png"),), mode=Mode.ASK, model=None)
    assert recorder.ends() == []
    assert isinstance(await recorder.turn("say fine"), TurnEnded)


async def test_a_model_the_agent_does_not_offer_is_refused_before_the_turn(agents: Agency):
    recorder = await agents.open(SCRIPT)
    assert recorder.session is not None
    with pytest.raises(Unavailable, match="the model best"):
        await recorder.session.prompt("say hi", mode=Mode.ASK, model="best")
    assert isinstance(await recorder.turn("say fine"), TurnEnded)


async def test_many_sessions_run_side_by_side(agents: Agency):
    async with asyncio.timeout(LONG):
        recorders: list[Recorder] = await asyncio.gather(*(agents.open(SCRIPT) for _ in range(8)))
        await asyncio.gather(*(recorder.turn("stream 500 20") for recorder in recorders))
    assert [len(recorder.text()) for recorder in recorders] == [10_000] * 8

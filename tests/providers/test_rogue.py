"""Whatever an agent does, its turn ends once, with a true outcome, and nothing is left open."""

import asyncio
import json

import attrs
import pytest

from peon.errors import ExternalFailure
from peon.providers import watch
from peon.providers.jsonrpc.lines import LONGEST_LINE
from peon.wire import dumps, unstructure
from peon_protocol.provider_events import (
    ActionRequested,
    ActionWithdrawn,
    ModeChanged,
    PlanReplaced,
    ProviderError,
    SessionEnded,
    TextDelta,
    ToolCallUpdated,
    TurnEnded,
)
from peon_protocol.values import ItemStatus, Mode, PlanEntry, StopReason, ToolKind
from support import babbling_agent
from support.agents import (
    ALLOWING,
    IMPATIENT,
    REJECTING,
    Agency,
    Recorder,
    by_file,
    rogue,
    wait_until_gone,
)

OVER = frozenset({ItemStatus.COMPLETED, ItemStatus.FAILED, ItemStatus.CANCELLED})


def statuses(recorder: Recorder) -> list[ItemStatus]:
    """How each tool call stands in the end."""
    last = {call.item_id: call.status for call in recorder.of(ToolCallUpdated) if call.status}
    return list(last.values())


async def begin(recorder: Recorder, deed: str) -> None:
    assert recorder.session is not None
    await recorder.session.prompt(deed, mode=Mode.ASK, model=None)


async def interrupt(recorder: Recorder) -> None:
    assert recorder.session is not None
    await recorder.session.interrupt()


async def test_an_agent_that_dies_ends_its_turn_with_its_last_words(agents: Agency):
    recorder = await agents.open(rogue())
    end = await recorder.turn("die")
    assert isinstance(end, SessionEnded)
    assert (end.reason, end.detail) == ("exited with code 3", "out of cheese")
    assert recorder.text() == "I was about to"
    assert statuses(recorder) == [ItemStatus.CANCELLED]
    assert len(recorder.ends()) == 1


async def test_a_second_answer_to_a_prompt_is_nobodys(agents: Agency):
    recorder = await agents.open(rogue())
    assert await recorder.turn("answer twice") == TurnEnded(stop_reason=StopReason.END_TURN)
    assert isinstance(await recorder.turn("leave tools open"), TurnEnded)
    assert len(recorder.ends()) == 2


async def test_what_is_unknown_does_not_fail_the_turn(agents: Agency):
    recorder = await agents.open(rogue())
    end = await recorder.turn("speak in tongues")
    assert end == TurnEnded(stop_reason=StopReason.END_TURN)
    assert json.loads(recorder.text())["code"] == -32601
    assert recorder.of(PlanReplaced) == [PlanReplaced(entries=(PlanEntry("first"),))]
    notice, compaction, odd = recorder.of(ToolCallUpdated)[:3]
    assert (notice.title, notice.input) == ("notice", {"severity": "info", "title": "hello"})
    assert compaction.input == {"state": {"deep": [1, 2, {"x": None}]}}
    assert {notice.status, compaction.status} == {ItemStatus.COMPLETED}
    assert odd.title == "odd"


async def test_request_ids_of_any_kind_get_their_answer(agents: Agency):
    recorder = await agents.open(rogue(), ALLOWING)
    end = await recorder.turn("use odd ids")
    assert isinstance(end, TurnEnded)
    assert len(recorder.of(ActionRequested)) == 5
    answers = [json.loads(event.text) for event in recorder.of(TextDelta)]
    assert answers == [{"outcome": {"outcome": "selected", "optionId": "yes"}}] * 5


async def test_tools_that_never_end_are_closed_with_the_turn(agents: Agency):
    recorder = await agents.open(rogue())
    await recorder.turn("leave tools open")
    assert statuses(recorder) == [ItemStatus.FAILED, ItemStatus.FAILED, ItemStatus.COMPLETED]


async def test_a_question_left_open_is_withdrawn_with_the_turn(agents: Agency):
    recorder = await agents.open(rogue())
    await recorder.turn("leave question open")
    (action,) = recorder.of(ActionRequested)
    assert recorder.of(ActionWithdrawn) == [ActionWithdrawn(action_id=action.action_id)]
    assert isinstance(recorder.events[-1], TurnEnded)


async def test_a_question_taken_back_is_withdrawn(agents: Agency):
    recorder = await agents.open(rogue())
    await recorder.turn("take question back")
    assert len(recorder.of(ActionWithdrawn)) == 1


async def test_lines_that_are_no_messages_are_skipped(agents: Agency):
    recorder = await agents.open(rogue())
    assert isinstance(await recorder.turn("write junk"), TurnEnded)
    assert recorder.text() == "after"


async def test_characters_cut_in_two_are_joined(agents: Agency):
    recorder = await agents.open(rogue())
    await recorder.turn("write halves")
    assert recorder.text() == "a\N{GRINNING FACE}b\N{REPLACEMENT CHARACTER}"


async def test_a_line_of_twenty_megabytes_arrives(agents: Agency):
    recorder = await agents.open(rogue())
    await recorder.turn("write much")
    assert len(recorder.text()) == 20_000_000


async def test_a_line_without_end_ends_the_agent(agents: Agency):
    recorder = await agents.open(rogue())
    end = await recorder.turn("write without end")
    assert isinstance(end, ProviderError)
    assert end.code == "agent.protocol"
    assert str(LONGEST_LINE) in end.message
    await recorder.until(lambda r: r.of(SessionEnded))


async def test_an_agent_that_ignores_everything_is_ended_all_the_same(agents: Agency):
    recorder = await agents.open(rogue())
    await begin(recorder, "be stubborn")
    await recorder.until(lambda r: r.of(TextDelta))
    await interrupt(recorder)
    assert [type(end) for end in recorder.ends()] == [TurnEnded, SessionEnded]
    ended = recorder.of(SessionEnded)[0]
    assert ended.reason == "did not stop when asked to"
    assert recorder.session is not None
    assert not recorder.session.alive


async def test_what_an_agent_started_ends_with_it(agents: Agency):
    recorder = await agents.open(rogue())
    await recorder.turn("have children")
    children = json.loads(recorder.text())
    assert recorder.session is not None
    await recorder.session.close()
    assert wait_until_gone(children) == []


async def test_what_a_crashed_agent_started_ends_with_it(agents: Agency):
    recorder = await agents.open(rogue())
    await recorder.turn("have children")
    children = json.loads(recorder.text())
    await recorder.turn("die")
    assert wait_until_gone(children) == []


async def test_an_agent_that_closes_its_output_has_left(agents: Agency):
    recorder = await agents.open(rogue())
    end = await recorder.turn("close output")
    assert isinstance(end, SessionEnded)


async def test_the_providers_own_code_is_kept(agents: Agency):
    recorder = await agents.open(rogue())
    end = await recorder.turn("refuse with code")
    assert end == ProviderError(code="overloaded_error", message="Overloaded")


@pytest.mark.parametrize(
    "deed,code,message",
    [
        ("err as answer", "http.429", "exceeded retry limit, last status: 429 Too Many Requests"),
        ("err as body", "invalid_request_error", "no such model"),
        ("err generically", "-32603", "Internal error: out of cheese"),
    ],
)
async def test_an_error_is_one_wherever_it_is_said(
    agents: Agency, deed: str, code: str, message: str
):
    recorder = await agents.open(rogue())
    assert await recorder.turn(deed) == ProviderError(code=code, message=message)
    assert isinstance(await recorder.turn("answer twice"), TurnEnded)


async def test_talk_of_errors_is_none(agents: Agency):
    recorder = await agents.open(rogue())
    assert isinstance(await recorder.turn("talk of errors"), TurnEnded)


async def test_an_agent_that_wants_a_log_in_in_a_turn_is_started_anew(agents: Agency):
    recorder = await agents.open(rogue())
    end = await recorder.turn("want a log in")
    assert isinstance(end, ProviderError)
    assert end.code == "provider.needsLogin"
    assert "Authentication required" in end.message
    await recorder.until(lambda r: r.of(SessionEnded))


@pytest.mark.parametrize("deed", ["wait for cancel", "fail when cancelled"])
async def test_an_agent_that_agrees_to_stop_lives_on(agents: Agency, deed: str):
    recorder = await agents.open(rogue())
    await begin(recorder, deed)
    await recorder.until(lambda r: r.of(TextDelta))
    await interrupt(recorder)
    assert recorder.ends() == [TurnEnded(stop_reason=StopReason.CANCELLED)]
    assert isinstance(await recorder.turn("answer twice"), TurnEnded)


async def test_an_interrupted_agent_gets_the_answer_it_waits_for(agents: Agency):
    recorder = await agents.open(rogue())
    await begin(recorder, "insist on answer")
    await recorder.until(lambda r: r.of(ActionRequested))
    await interrupt(recorder)
    assert recorder.ends() == [TurnEnded(stop_reason=StopReason.CANCELLED)]
    assert len(recorder.of(ActionWithdrawn)) == 1
    assert recorder.session is not None
    assert recorder.session.alive


async def test_a_question_under_another_name_is_about_the_same_call(agents: Agency):
    recorder = await agents.open(rogue(), ALLOWING)
    await recorder.turn("ask under other name")
    assert len({call.item_id for call in recorder.of(ToolCallUpdated)}) == 1
    (action,) = recorder.of(ActionRequested)
    assert action.kind is ToolKind.EDIT
    assert action.paths == (str(agents.root / "src/new.txt"),)
    assert statuses(recorder) == [ItemStatus.COMPLETED]


async def test_a_refused_call_is_not_believed_to_have_completed(agents: Agency):
    recorder = await agents.open(rogue(), REJECTING)
    await recorder.turn("claim success")
    assert statuses(recorder) == [ItemStatus.AWAITING_APPROVAL]  # The refusal has failed it.


async def test_a_refused_call_that_is_never_ended_has_failed(agents: Agency):
    recorder = await agents.open(rogue(), REJECTING)
    assert await recorder.turn("leave refused open") == TurnEnded(stop_reason=StopReason.CANCELLED)
    assert statuses(recorder) == [ItemStatus.AWAITING_APPROVAL]  # The refusal has failed it.


async def test_what_a_models_server_said_is_passed_on(agents: Agency):
    recorder = await agents.open(rogue())
    end = await recorder.turn("refuse with number")
    assert end == ProviderError(code="400", message='{"error": {"status": "INVALID_ARGUMENT"}}')
    end = await recorder.turn("refuse with details")
    assert isinstance(end, ProviderError)
    assert end.message == "Internal error: no such model"


async def test_a_prompt_that_is_repeated_is_no_answer(agents: Agency):
    recorder = await agents.open(rogue())
    assert isinstance(await recorder.turn("repeat the prompt"), TurnEnded)
    assert recorder.text() == "what is answered"


async def test_one_prompt_is_in_flight(agents: Agency):
    """Of two prompts at once agents make one turn, or two, or fail the first."""
    recorder = await agents.open(rogue())
    await begin(recorder, "be stubborn")
    with pytest.raises(ExternalFailure) as raised:
        await begin(recorder, "be stubborn")
    assert raised.value.code == "agent.busy"
    await interrupt(recorder)


@pytest.mark.parametrize("deed", ["leave tools open", "die", "leave question open"])
async def test_nothing_is_open_after_a_turn(agents: Agency, deed: str):
    recorder = await agents.open(rogue(), patience=IMPATIENT)
    await recorder.turn(deed)
    assert set(statuses(recorder)) <= OVER
    asked = {action.action_id for action in recorder.of(ActionRequested)}
    assert asked == {action.action_id for action in recorder.of(ActionWithdrawn)}


async def test_an_agent_may_not_free_itself(agents: Agency):
    recorder = await agents.open(rogue("asking"), mode=Mode.FULL)
    assert isinstance(await recorder.turn("free itself", Mode.FULL), TurnEnded)
    method, params = json.loads(recorder.text())
    assert (method, params["modeId"]) == ("session/set_mode", "default")
    assert recorder.of(ModeChanged) == []


async def test_an_agent_that_will_not_go_back_is_ended(agents: Agency):
    recorder = await agents.open(rogue("asking"))
    end = await recorder.turn("free itself for good")
    assert isinstance(end, ProviderError)
    assert end.code == "agent.mode"
    await recorder.until(lambda r: r.of(SessionEnded))


async def test_an_agent_may_bind_itself(agents: Agency):
    recorder = await agents.open(rogue("asking"))
    await recorder.turn("bind itself")
    assert recorder.of(ModeChanged) == [ModeChanged(mode=Mode.PLAN)]


async def test_a_silent_agent_is_given_up_and_lives_if_it_agrees(agents: Agency):
    recorder = await agents.open(rogue(), patience=attrs.evolve(IMPATIENT, silence=0.05))
    end = await recorder.turn("fall silent")
    assert isinstance(end, ProviderError)
    assert end.code == "agent.silent"
    assert isinstance(await recorder.turn("answer twice"), TurnEnded)


async def test_a_silent_agent_that_does_not_agree_is_ended(agents: Agency):
    patience = attrs.evolve(IMPATIENT, silence=0.05, agree=0.05)
    recorder = await agents.open(rogue(), patience=patience)
    end = await recorder.turn("be stubborn")
    assert isinstance(end, ProviderError)
    assert end.code == "agent.silent"
    await recorder.until(lambda r: r.of(SessionEnded))
    assert len(recorder.ends()) == 2


async def test_noise_about_the_session_is_no_progress(agents: Agency):
    recorder = await agents.open(rogue(), patience=attrs.evolve(IMPATIENT, silence=0.2))
    end = await recorder.turn("make noise")
    assert isinstance(end, ProviderError)
    assert end.code == "agent.silent"
    assert isinstance(await recorder.turn("answer twice"), TurnEnded)


async def test_a_tool_may_not_be_silent_for_ever(agents: Agency, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(watch, "SELDOM", 0.05)
    patience = attrs.evolve(IMPATIENT, silence=60.0, work=0.05)
    recorder = await agents.open(rogue(), patience=patience)
    end = await recorder.turn("fall silent in a tool")
    assert isinstance(end, ProviderError)
    assert end.code == "agent.silent"
    assert statuses(recorder) == [ItemStatus.FAILED]


@pytest.mark.parametrize("deed", ["fall silent in a tool", "insist on answer"])
async def test_an_agent_with_work_or_a_question_may_be_silent(agents: Agency, deed: str):
    patience = attrs.evolve(IMPATIENT, silence=0.5, agree=0.3)
    recorder = await agents.open(rogue(), patience=patience)
    await begin(recorder, deed)
    await recorder.until(lambda r: r.of(ToolCallUpdated))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.0):
            await recorder.until(lambda r: r.ends())
    await interrupt(recorder)
    assert recorder.ends() == [TurnEnded(stop_reason=StopReason.CANCELLED)]


@pytest.mark.parametrize("seed", ["one", "two", "three", "four", "five", "six"])
async def test_no_babble_ends_more_than_the_turn(agents: Agency, seed: str):
    """Hundreds of messages at random, some cut short: one end, nothing open, nothing unwritable."""
    recorder = await agents.open(by_file(babbling_agent.__file__), lambda _: "text")
    await recorder.turn(seed)
    assert len(recorder.ends()) == 1
    assert set(statuses(recorder)) <= OVER | {ItemStatus.AWAITING_APPROVAL}
    for event in recorder.events:
        dumps(unstructure(event))

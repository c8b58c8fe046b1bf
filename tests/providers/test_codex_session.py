"""Sessions with an app server that behaves as Codex does, and with some that do not."""

import json
import os

import attrs
import pytest

from peon.errors import CommandRejected, ExternalFailure, Unavailable
from peon.providers.port import AgentFault, Available, LoggedOut, LoginRequest, NeedsLogin
from peon_protocol.provider_events import (
    ActionRequested,
    ActionWithdrawn,
    PlanReplaced,
    ProviderError,
    SessionConfigured,
    SessionEnded,
    SessionStarted,
    TextDelta,
    ToolCallUpdated,
    TurnEnded,
    UsageReported,
)
from peon_protocol.rejections import LoginMethodUnknown
from peon_protocol.values import (
    AudioContent,
    FileEdit,
    ItemStatus,
    LoginKind,
    Mode,
    OptionCategory,
    OptionChoice,
    OptionKind,
    PlanEntry,
    Prompt,
    SessionOption,
    SessionOrigin,
    SettingKind,
    StopReason,
    ToolKind,
    Usage,
)
from support.agents import ALLOWING, IMPATIENT, REJECTING, Agency, Recorder, codex

OVER = frozenset({ItemStatus.COMPLETED, ItemStatus.FAILED, ItemStatus.CANCELLED})


def choosing(option_id: str):
    return lambda _action: option_id


def status(recorder: Recorder) -> ItemStatus | None:
    return [call.status for call in recorder.of(ToolCallUpdated) if call.status][-1]


async def begin(recorder: Recorder, told: Prompt, mode: Mode = Mode.ASK) -> None:
    assert recorder.session is not None
    await recorder.session.prompt(told, mode=mode, model=None)


async def interrupt(recorder: Recorder) -> None:
    assert recorder.session is not None
    await recorder.session.interrupt()


async def test_a_turn_is_told_in_one_vocabulary(agents: Agency):
    recorder = await agents.open_codex(answer=ALLOWING)
    end = await recorder.turn("think well|then\nsay Hello there\nplan one; two\nrun make it")
    assert recorder.reasoning() == "well\n\nthen"
    assert recorder.text() == "Hello there"
    assert recorder.of(PlanReplaced) == [PlanReplaced(entries=(PlanEntry("one"), PlanEntry("two")))]
    (action,) = recorder.of(ActionRequested)
    assert (action.kind, action.title) == (ToolKind.EXECUTE, "make it")
    calls = recorder.of(ToolCallUpdated)
    assert {call.item_id for call in calls} == {action.item_id}
    assert status(recorder) is ItemStatus.COMPLETED
    assert calls[-1].summary == "first"
    usage = Usage(
        input_tokens=60,
        output_tokens=20,
        cache_read_tokens=40,
        model="gpt-5.5",
        context_used=120,
        context_size=1000,
    )
    assert recorder.of(UsageReported) == [UsageReported(usage=usage)]
    assert end == TurnEnded(stop_reason=StopReason.END_TURN, usage=usage)


async def test_a_session_says_who_it_is(agents: Agency):
    recorder = await agents.open_codex()
    (started,) = recorder.of(SessionStarted)
    assert (started.agent_name, started.agent_version) == ("Codex", "0.163.0")
    assert (started.native_id, started.origin) == ("thread-1", SessionOrigin.FRESH)


async def test_usage_is_that_of_the_turn(agents: Agency):
    recorder = await agents.open_codex()
    await recorder.turn("say one")
    await recorder.turn("say two")
    first, second = recorder.of(UsageReported)
    assert first == second


async def test_an_edit_shows_what_it_changes(agents: Agency):
    recorder = await agents.open_codex(answer=ALLOWING)
    await recorder.turn("edit new.txt a line")
    path = str(agents.root / "new.txt")
    call = recorder.of(ToolCallUpdated)[0]
    assert (call.title, call.kind) == ("Edit new.txt", ToolKind.EDIT)
    assert call.edits == (FileEdit(path, "a line\n"),)
    (action,) = recorder.of(ActionRequested)
    assert (action.title, action.paths) == ("Edit new.txt", (path,))
    assert status(recorder) is ItemStatus.COMPLETED


# ---- what is asked for --------------------------------------------------------------------------


async def test_all_of_its_decisions_are_offered(agents: Agency):
    recorder = await agents.open_codex(answer=ALLOWING)
    await recorder.turn("run make it")
    (action,) = recorder.of(ActionRequested)
    assert [(option.option_id, option.kind) for option in action.options] == [
        ("accept", OptionKind.ALLOW_ONCE),
        ("acceptForSession", OptionKind.ALLOW_ALWAYS),
        ("decline", OptionKind.REJECT_ONCE),
        ("cancel", OptionKind.REJECT_ONCE),
    ]


@pytest.mark.parametrize("step", ["run make it", "edit a.txt text"])
async def test_what_is_declined_is_not_done_and_the_turn_goes_on(agents: Agency, step: str):
    recorder = await agents.open_codex(answer=REJECTING)
    end = await recorder.turn(f"{step}\nsay and so on")
    assert isinstance(end, TurnEnded)
    assert end.stop_reason is StopReason.END_TURN
    assert recorder.text() == "and so on"
    # The refusal has failed it; Codex says no other.
    assert status(recorder) is ItemStatus.AWAITING_APPROVAL


@pytest.mark.parametrize("step", ["run make it", "edit a.txt text"])
async def test_the_turn_may_be_stopped_by_an_answer(agents: Agency, step: str):
    recorder = await agents.open_codex(answer=choosing("cancel"))
    end = await recorder.turn(f"{step}\nsay never said")
    assert isinstance(end, TurnEnded)
    assert end.stop_reason is StopReason.CANCELLED
    assert recorder.text() == ""
    assert recorder.session is not None
    assert recorder.session.alive


async def test_permissions_are_given_for_the_turn_or_not_at_all(agents: Agency):
    wanted = {"network": {"enabled": True}}
    for answer, told in [
        (ALLOWING, {"permissions": wanted, "scope": "turn"}),
        (choosing("acceptForSession"), {"permissions": wanted, "scope": "session"}),
        (REJECTING, {"permissions": {}, "scope": "turn"}),
    ]:
        recorder = await agents.open_codex(answer=answer)
        await recorder.turn("reach example.org")
        assert json.loads(recorder.text()) == told
        (action,) = recorder.of(ActionRequested)
        assert action.title == "Reach beyond the sandbox: network: example.org"


async def test_an_option_that_was_not_offered_counts_as_no_answer(agents: Agency):
    recorder = await agents.open_codex(answer=choosing("whatever"))
    end = await recorder.turn("run make it\nsay never said")
    assert isinstance(end, TurnEnded)
    assert end.stop_reason is StopReason.CANCELLED


async def test_a_question_it_no_longer_asks_is_withdrawn(agents: Agency):
    recorder = await agents.open_codex()
    resolved = json.dumps(
        {"method": "serverRequest/resolved", "params": {"threadId": "$thread", "requestId": 9}}
    )
    asks = json.dumps(
        {
            "method": "item/commandExecution/requestApproval",
            "id": 9,
            "params": {"threadId": "$thread", "turnId": "$turn", "itemId": "c", "command": "x"},
        }
    )
    await recorder.turn(f"raw {asks}\nraw {resolved}\nsay on")
    (action,) = recorder.of(ActionRequested)
    assert recorder.of(ActionWithdrawn) == [ActionWithdrawn(action_id=action.action_id)]


@pytest.mark.parametrize("request_id", [0, "", "uuid", -1])
async def test_a_request_that_we_do_not_know_is_refused(agents: Agency, request_id: object):
    recorder = await agents.open_codex()
    asks = json.dumps({"method": "attestation/generate", "id": request_id, "params": {}})
    assert isinstance(await recorder.turn(f"raw {asks}\nsay on"), TurnEnded)


# ---- steering and stopping ----------------------------------------------------------------------


async def test_a_turn_is_steered(agents: Agency):
    recorder = await agents.open_codex()
    await begin(recorder, "wait")
    await recorder.until(lambda r: r.of(TextDelta))
    assert recorder.session is not None
    await recorder.session.steer("the other way")
    await recorder.until(lambda r: r.ends())
    assert recorder.text() == "waitingheard the other way"


async def test_nothing_is_steered_between_turns(agents: Agency):
    recorder = await agents.open_codex()
    await recorder.turn("say done")
    assert recorder.session is not None
    with pytest.raises(ExternalFailure):
        await recorder.session.steer("too late")


@pytest.mark.parametrize("step", ["wait", "run make it"])
async def test_an_interrupted_turn_ends_and_the_session_lives_on(agents: Agency, step: str):
    recorder = await agents.open_codex()
    await begin(recorder, step)
    await recorder.until(lambda r: r.of(TextDelta) or r.of(ActionRequested))
    await interrupt(recorder)
    assert [type(end) for end in recorder.ends()] == [TurnEnded]
    (end,) = recorder.of(TurnEnded)
    assert end.stop_reason is StopReason.CANCELLED
    assert len(recorder.of(ActionWithdrawn)) == len(recorder.of(ActionRequested))
    assert isinstance(await recorder.turn("say still there"), TurnEnded)


async def test_one_that_does_not_stop_is_ended(agents: Agency):
    recorder = await agents.open_codex("stubborn")
    await begin(recorder, "wait")
    await recorder.until(lambda r: r.of(TextDelta))
    await interrupt(recorder)
    assert [type(end) for end in recorder.ends()] == [TurnEnded, SessionEnded]
    assert recorder.session is not None
    assert not recorder.session.alive


# ---- how turns end ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "told,code,message",
    [
        ('"usageLimitExceeded"', "usageLimitExceeded", "it went wrong. in the end"),
        (
            '{"httpConnectionFailed": {"httpStatusCode": 401}}',
            "httpConnectionFailed",
            "it went wrong. in the end. HTTP status 401",
        ),
        ("null", "other", "it went wrong. in the end"),
        ('{"aKindOfTomorrow": 7}', "aKindOfTomorrow", "it went wrong. in the end"),
    ],
)
async def test_an_error_keeps_its_kind(agents: Agency, told: str, code: str, message: str):
    recorder = await agents.open_codex()
    end = await recorder.turn(f"say I was\nfail {told}")
    assert end == ProviderError(code=code, message=message)
    assert isinstance(await recorder.turn("say again"), TurnEnded)


async def test_one_that_dies_ends_its_turn_with_its_last_words(agents: Agency):
    recorder = await agents.open_codex()
    end = await recorder.turn("say I was about to\ncrash out of cheese")
    assert isinstance(end, SessionEnded)
    assert (end.reason, end.detail) == ("exited with code 3", "out of cheese")


async def test_one_that_closes_the_conversation_is_given_up(agents: Agency):
    recorder = await agents.open_codex()
    end = await recorder.turn("vanish")
    assert isinstance(end, ProviderError)
    assert end.code == AgentFault.GONE
    await recorder.until(lambda r: r.of(SessionEnded))


async def test_one_that_only_tries_again_is_silent(agents: Agency):
    patience = attrs.evolve(IMPATIENT, silence=0.05)
    recorder = await agents.open_codex(patience=patience)
    end = await recorder.turn("retry")
    assert isinstance(end, ProviderError)
    assert end.code == AgentFault.SILENT
    assert isinstance(await recorder.turn("say there again"), TurnEnded)


async def test_what_is_still_open_is_closed_with_the_turn(agents: Agency):
    item = {"type": "commandExecution", "id": "x", "command": "sleep", "status": "inProgress"}
    params = {"threadId": "$thread", "turnId": "$turn", "item": item}
    told = json.dumps({"method": "item/started", "params": params})
    recorder = await agents.open_codex()
    await recorder.turn(f"raw {told}")
    assert status(recorder) is ItemStatus.FAILED


# ---- opening ------------------------------------------------------------------------------------


async def test_a_conversation_is_resumed(agents: Agency):
    before = await agents.open_codex()
    await before.turn("say one")
    assert before.session is not None
    await before.session.close()
    recorder = await agents.open_codex(resume=before.session.native_id)
    (started,) = recorder.of(SessionStarted)
    assert (started.native_id, started.origin) == ("thread-1", SessionOrigin.RESUMED)
    await recorder.turn("say two")
    assert recorder.text() == "two"


async def test_one_that_is_not_known_is_begun_anew(agents: Agency):
    recorder = await agents.open_codex(resume="thread-99")
    (started,) = recorder.of(SessionStarted)
    assert (started.native_id, started.origin) == ("thread-1", SessionOrigin.FRESH)


async def test_without_a_log_in_there_is_no_session(agents: Agency):
    with pytest.raises(NeedsLogin, match="nobody is logged in") as raised:
        await agents.open_codex("logged out")
    assert "login --device-auth" in raised.value.remedy
    assert agents.supervisor.running == 0


@pytest.mark.parametrize("manner", ["plain", "logged out"])
async def test_whether_somebody_is_logged_in_is_asked(agents: Agency, manner: str):
    logged_in = manner == "plain"
    provider = agents.provider(codex(manner, home=str(agents.root.parent)))
    request = LoginRequest(root=str(agents.root), environment=dict(os.environ))
    login = await provider.authenticate(request)
    assert login.authenticated is logged_in
    assert [method.kind for method in login.methods] == [LoginKind.TERMINAL] * 3
    found = provider.availability(dict(os.environ))
    assert isinstance(found, Available if logged_in else LoggedOut)
    assert agents.supervisor.running == 0


async def test_a_way_to_log_in_that_it_has_not_is_refused(agents: Agency):
    provider = agents.provider(codex(home=str(agents.root.parent)))
    request = LoginRequest(root=str(agents.root), environment={}, method_id="telepathy")
    with pytest.raises(CommandRejected) as raised:
        await provider.authenticate(request)
    assert isinstance(raised.value.rejection, LoginMethodUnknown)
    assert raised.value.rejection.known == ("chatgpt", "device", "api-key")


@pytest.mark.parametrize(
    "manner,words",
    [
        ("free", "ask by the policy never"),
        ("reviewed", "answered by auto_review"),
        ("unboxed", "sandbox would be dangerFullAccess"),
    ],
)
async def test_one_that_is_freer_than_it_should_be_is_not_used(
    agents: Agency, manner: str, words: str
):
    with pytest.raises(ExternalFailure, match=words) as raised:
        await agents.open_codex(manner)
    assert raised.value.code == AgentFault.MODE
    assert agents.supervisor.running == 0


async def test_a_program_that_is_too_old_says_so_itself(agents: Agency):
    with pytest.raises(ExternalFailure, match="unrecognized subcommand") as raised:
        await agents.open_codex("dies")
    assert raised.value.code == AgentFault.DIED


async def test_a_conversation_without_a_name_is_none(agents: Agency):
    with pytest.raises(ExternalFailure) as raised:
        await agents.open_codex("nameless")
    assert raised.value.code == AgentFault.PROTOCOL


# ---- requests -----------------------------------------------------------------------------------


async def test_it_is_asked_again_while_it_is_overloaded(agents: Agency):
    recorder = await agents.open_codex("busy")
    assert isinstance(await recorder.turn("say at last"), TurnEnded)
    assert recorder.text() == "at last"


async def test_it_is_not_asked_for_ever(agents: Agency):
    patience = attrs.evolve(IMPATIENT, accept=3.0)
    recorder = await agents.open_codex("always busy", patience=patience)
    with pytest.raises(ExternalFailure, match="overloaded") as raised:
        await begin(recorder, "say never")
    assert raised.value.code == "agent.-32001"
    assert recorder.ends() == []


async def test_a_refused_prompt_is_no_turn(agents: Agency):
    recorder = await agents.open_codex("full")
    with pytest.raises(ExternalFailure, match="no room for that"):
        await begin(recorder, "say never")
    assert recorder.ends() == []


async def test_content_it_cannot_take_is_refused_before(agents: Agency):
    recorder = await agents.open_codex()
    with pytest.raises(Unavailable, match="audio"):
        await begin(recorder, (AudioContent("AAAA", "audio/wav"),))


# ---- modes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mode,sandbox",
    [
        (Mode.PLAN, "readOnly"),
        (Mode.ASK, "workspaceWrite"),
        (Mode.EDITS, "workspaceWrite"),
        (Mode.FULL, "dangerFullAccess"),
    ],
)
async def test_every_mode_has_its_sandbox_and_asks(agents: Agency, mode: Mode, sandbox: str):
    recorder = await agents.open_codex()
    await recorder.turn("settings", mode)
    told = json.loads(recorder.text())
    assert told["sandboxPolicy"]["type"] == sandbox
    assert (told["approvalPolicy"], told["approvalsReviewer"]) == ("untrusted", "user")
    assert told["collaborationMode"]["mode"] == ("plan" if mode is Mode.PLAN else "default")


async def test_the_users_own_sandbox_is_kept(agents: Agency):
    """What the user has opened in it is not closed by going to another mode and back."""
    recorder = await agents.open_codex()
    await recorder.turn("say on", Mode.PLAN)
    await recorder.turn("settings")
    told = json.loads(recorder.text().removeprefix("on"))
    assert told["sandboxPolicy"] == {"type": "workspaceWrite", "writableRoots": ["/mine"]}


async def test_a_model_is_told_with_the_prompt(agents: Agency):
    recorder = await agents.open_codex()
    assert recorder.session is not None
    await recorder.session.prompt("settings", mode=Mode.ASK, model="gpt-6")
    await recorder.until(lambda r: r.ends())
    told = json.loads(recorder.text())
    assert told["model"] == told["collaborationMode"]["settings"]["model"] == "gpt-6"
    assert recorder.of(UsageReported)[0].usage.model == "gpt-6"


async def test_its_models_are_an_option(agents: Agency):
    recorder = await agents.open_codex()
    await recorder.turn("say on")
    await recorder.turn("say on")
    (told,) = recorder.of(SessionConfigured)
    choices = (OptionChoice("gpt-5.5", "GPT 5.5"),)
    assert told.options is not None
    assert told.options[0] == SessionOption(
        "model", "Model", OptionCategory.MODEL, SettingKind.SELECT, "gpt-5.5", choices
    )


async def test_one_that_frees_itself_is_ended(agents: Agency):
    settings = {"approvalPolicy": "never", "sandboxPolicy": {"type": "dangerFullAccess"}}
    params = {"threadId": "$thread", "threadSettings": settings}
    freed = json.dumps({"method": "thread/settings/updated", "params": params})
    recorder = await agents.open_codex()
    end = await recorder.turn(f"raw {freed}\nwait")
    assert isinstance(end, ProviderError)
    assert end.code == AgentFault.MODE
    await recorder.until(lambda r: r.of(SessionEnded))

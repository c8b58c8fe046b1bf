"""From an agent's updates to provider events, as a table: no process, no I/O."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peon.providers.acp.translate import Translator
from peon.providers.jsonrpc.connection import AgentError
from peon.wire import dumps, unstructure
from peon_protocol.ids import ActionId, ItemId, SessionId, is_id
from peon_protocol.provider_events import (
    ActionRequested,
    ActionWithdrawn,
    PlanReplaced,
    ProviderError,
    ProviderEvent,
    ReasoningDelta,
    TextDelta,
    ToolCallUpdated,
    TurnEnded,
)
from peon_protocol.values import (
    FileEdit,
    ItemStatus,
    Location,
    PlanEntry,
    PlanPriority,
    PlanStatus,
    StopReason,
    TextContent,
    ToolKind,
    Usage,
)
from support.agents import chosen

Update = dict[str, Any]
ONE, TWO = ItemId("s.i1"), ItemId("s.i2")


def translator() -> Translator:
    return Translator(SessionId("s"), root="/work space")


def told(*updates: Update) -> list[ProviderEvent]:
    subject = translator()
    return [event for update in updates for event in subject.update(update)]


def say(text: object, **fields: object) -> Update:
    content = {"type": "text", "text": text}
    return {"sessionUpdate": "agent_message_chunk", "content": content, **fields}


def think(text: str, **fields: object) -> Update:
    return {**say(text, **fields), "sessionUpdate": "agent_thought_chunk"}


def call(tool_call_id: object = "t", **fields: object) -> Update:
    return {"sessionUpdate": "tool_call", "toolCallId": tool_call_id, **fields}


def change(tool_call_id: object = "t", **fields: object) -> Update:
    return {"sessionUpdate": "tool_call_update", "toolCallId": tool_call_id, **fields}


def ask(tool_call_id: object = "t", **fields: object) -> Update:
    options = [{"optionId": "y", "name": "Yes", "kind": "allow_once"}]
    return {"toolCall": {"toolCallId": tool_call_id, **fields}, "options": options}


@pytest.mark.parametrize(
    "updates,events",
    [
        ([say("a"), say("b")], [("a", ONE), ("b", ONE)]),
        ([say("a"), think("b")], [("a", ONE), ReasoningDelta(text="b", item_id=TWO)]),
        ([say("a", messageId="m"), say("b", messageId="n")], [("a", ONE), ("b", TWO)]),
        ([say("a", messageId="m"), say("b", messageId="m")], [("a", ONE), ("b", ONE)]),
        ([say("a", messageId=0), say("b", messageId=0)], [("a", ONE), ("b", ONE)]),
        (
            [say("a"), {"sessionUpdate": "session_info_update", "title": "t"}, say("b")],
            [("a", ONE), ("b", ONE)],
        ),
        ([say(""), say(7), say(None)], []),
        ([say("a", content={"type": "video"})], []),
        ([say("", content={"type": "resource_link", "uri": "u", "name": "n"})], [("[n](u)", ONE)]),
        ([{"sessionUpdate": "user_message_chunk", "content": {"type": "text", "text": "x"}}], []),
    ],
)
def test_text_becomes_deltas(updates: list[Update], events: list[Any]):
    wanted = [TextDelta(text=e[0], item_id=e[1]) if isinstance(e, tuple) else e for e in events]
    assert told(*updates) == wanted


def odd(number: int, title: str, /, **told: Any) -> ToolCallUpdated:
    return ToolCallUpdated(
        item_id=ItemId(f"s.i{number}"),
        title=title,
        kind=ToolKind.THINK,
        status=ItemStatus.COMPLETED,
        input=told,
    )


def test_what_is_of_no_known_kind_is_kept_as_it_came_and_cuts_no_text():
    noticed = {"sessionUpdate": "notice", "title": "low", "more": [1, {"x": None}]}
    assert told(noticed, {}, {"sessionUpdate": 5}) == [
        odd(1, "notice", title="low", more=[1, {"x": None}]),
        odd(2, "An unknown update"),
    ]
    assert told(say("a"), noticed, say("b"), call(title="T"))[:3] == [
        TextDelta(text="a", item_id=ONE),
        TextDelta(text="b", item_id=ONE),
        odd(2, "notice", title="low", more=[1, {"x": None}]),
    ]


def test_what_is_of_no_known_kind_fills_no_log():
    subject = translator()
    for _ in range(2):
        kept = [e for n in range(1000) for e in subject.update({"sessionUpdate": "tick", "n": n})]
        assert [e.input for e in kept if isinstance(e, ToolCallUpdated)] == [
            {"n": n} for n in range(64)
        ]
        list(subject.end({}, interrupted=False))


def test_text_after_a_tool_call_is_another_message():
    events = told(say("a"), call(title="T"), say("b"))
    assert [event.item_id for event in events if isinstance(event, TextDelta)] == [ONE, "s.i3"]


def test_a_tool_call_is_told_once_and_then_what_changes():
    diff = {"type": "diff", "path": "a.txt", "oldText": "x", "newText": "y"}
    events = told(
        call(title="Edit", kind="edit", status="pending", locations=[{"path": "a.txt", "line": 3}]),
        change(status="pending", title="Edit"),
        change(status="in_progress", content=[diff], rawInput={"path": "a.txt"}),
        change(status="in_progress", content=[diff]),
        change(status="completed", rawOutput="done\nand more"),
        change(status="in_progress"),
    )
    assert events == [
        ToolCallUpdated(
            item_id=ONE,
            title="Edit",
            kind=ToolKind.EDIT,
            status=ItemStatus.STREAMING,
            locations=(Location("/work space/a.txt", 3),),
        ),
        ToolCallUpdated(
            item_id=ONE,
            status=ItemStatus.RUNNING,
            input={"path": "a.txt"},
            edits=(FileEdit("/work space/a.txt", "y", "x"),),
        ),
        ToolCallUpdated(
            item_id=ONE,
            status=ItemStatus.COMPLETED,
            summary="done",
            content=(TextContent("done\nand more"),),
        ),
    ]


@pytest.mark.parametrize("first", [call, change])
@pytest.mark.parametrize("native", ["t", 0, 7, None, ["odd"], "with spaces / and ünicode" * 20])
def test_a_call_may_begin_with_any_message_and_have_any_id(first: Any, native: object):
    events = told(first(native, status="in_progress"), change(native, status="completed"))
    assert [event.status for event in events if isinstance(event, ToolCallUpdated)] == [
        ItemStatus.RUNNING,
        ItemStatus.COMPLETED,
    ]
    assert {event.item_id for event in events if isinstance(event, ToolCallUpdated)} == {ONE}


def test_ids_that_look_alike_are_different_calls():
    events = told(call(1), call("1"), call(1.0))
    assert len({event.item_id for event in events if isinstance(event, ToolCallUpdated)}) == 3


def test_values_that_are_not_known_are_left_out():
    (event,) = told(call(kind="weird", status="weird", content="none", locations=[1, {"path": 5}]))
    assert event == ToolCallUpdated(item_id=ONE, status=ItemStatus.STREAMING)


def test_a_plan_is_replaced_whole():
    entries = [
        {"content": "a", "priority": "high", "status": "in_progress"},
        {"content": "b", "priority": "?", "status": "?"},
        {"priority": "high"},
        "c",
    ]
    assert told({"sessionUpdate": "plan", "entries": entries}) == [
        PlanReplaced(
            entries=(
                PlanEntry("a", PlanPriority.HIGH, PlanStatus.IN_PROGRESS),
                PlanEntry("b", PlanPriority.MEDIUM, PlanStatus.PENDING),
            )
        )
    ]


@pytest.mark.parametrize(
    "before,request_,same",
    [
        ([call("t", title="A")], ask("t"), True),
        ([call("t", title="A")], ask("u", title="A"), True),
        ([call("t", rawInput={"x": 1}), call("v")], ask("u", rawInput={"x": 1}), True),
        ([call("t")], ask("u"), True),
        ([call("t", kind="edit")], ask("u", kind="edit"), True),
        ([call("t", kind="read")], ask("u", kind="edit"), False),
        ([call("t", rawInput={"x": 1})], ask("u", rawInput={"x": 2}), False),
        ([call("t", status="completed")], ask("u"), False),
        ([call("t"), call("v")], ask("u"), False),
        ([], ask("u"), False),
    ],
)
def test_a_question_is_about_the_call_it_must_mean(
    before: list[Update], request_: Update, *, same: bool
):
    subject = translator()
    for update in before:
        list(subject.update(update))
    *_, event = subject.ask(request_)
    assert isinstance(event, ActionRequested)
    assert (event.item_id == ONE and bool(before)) is same


def test_a_call_that_was_asked_about_is_not_meant_again():
    subject = translator()
    *_, first = subject.ask(ask("a", title="A", kind="edit"))
    assert isinstance(first, ActionRequested)
    subject.answer(first.action_id, chosen("y"))
    *_, second = subject.ask(ask("b", title="B", kind="edit"))
    assert isinstance(second, ActionRequested)
    assert second.item_id != first.item_id


def test_an_action_names_every_path_the_call_is_known_to_touch():
    subject = translator()
    diff = {"type": "diff", "path": "/abs/b", "newText": ""}
    list(
        subject.update(call(locations=[{"path": "a"}], content=[diff], rawInput={"path": "c/../d"}))
    )
    *_, event = subject.ask(ask())
    assert isinstance(event, ActionRequested)
    assert event.paths == ("/abs/b", "/work space/a", "/work space/d")


def test_an_action_without_words_still_has_some():
    *_, event = translator().ask({"options": [{"optionId": "y", "kind": "allow_once"}]})
    assert isinstance(event, ActionRequested)
    assert (event.title, event.kind) == ("Use a tool", ToolKind.OTHER)
    assert [option.label for option in event.options] == ["y"]


@pytest.mark.parametrize(
    "result,interrupted,end",
    [
        ({"stopReason": "end_turn"}, False, TurnEnded(stop_reason=StopReason.END_TURN)),
        ({"stopReason": "max_tokens"}, False, TurnEnded(stop_reason=StopReason.MAX_TOKENS)),
        ({"stopReason": "refusal"}, False, TurnEnded(stop_reason=StopReason.REFUSAL)),
        ({"stopReason": "cancelled"}, True, TurnEnded(stop_reason=StopReason.CANCELLED)),
        ({"stopReason": "end_turn"}, True, TurnEnded(stop_reason=StopReason.END_TURN)),
        ({"stopReason": "new one"}, False, TurnEnded(stop_reason=StopReason.END_TURN)),
        (None, True, TurnEnded(stop_reason=StopReason.CANCELLED)),
        (AgentError(-32800, "cancelled"), True, TurnEnded(stop_reason=StopReason.CANCELLED)),
        (AgentError(-32603, "no"), False, ProviderError(code="-32603", message="no")),
        (AgentError(1, "no", {"code": "x"}), False, ProviderError(code="x", message="no")),
        (AgentError(1, "no", {"errorKind": 5}), False, ProviderError(code="1", message="no")),
        (AgentError(1, "no", "text"), False, ProviderError(code="1", message="no: text")),
    ],
)
def test_a_turn_ends_as_its_prompt_is_answered(
    result: Any, end: ProviderEvent, *, interrupted: bool
):
    assert list(translator().end(result, interrupted=interrupted)) == [end]


@pytest.mark.parametrize(
    "result,usage",
    [
        (
            {"usage": {"inputTokens": 5, "outputTokens": 6, "cachedReadTokens": 7}},
            Usage(5, 6, 7),
        ),
        ({"usage": {"inputTokens": "5"}}, Usage()),
        (
            {
                "_meta": {
                    "quota": {
                        "token_count": {"input_tokens": 1, "output_tokens": 2},
                        "model_usage": [{"model": "m"}],
                    }
                }
            },
            Usage(1, 2, model="m"),
        ),
        ({"usage": None}, None),
        ({}, None),
    ],
)
def test_usage_is_taken_from_where_agents_put_it(result: Update, usage: Usage | None):
    (end,) = translator().end({"stopReason": "end_turn", **result}, interrupted=False)
    assert isinstance(end, TurnEnded)
    assert end.usage == usage


@pytest.mark.parametrize("interrupted", [True, False])
def test_everything_open_is_closed_before_the_end(*, interrupted: bool):
    subject = translator()
    for update in (say("\ud83d"), call("a", kind="read"), call("b", status="completed")):
        list(subject.update(update))
    list(subject.ask(ask("c", kind="edit")))
    events = list(subject.end(None, interrupted=interrupted))
    closed = ItemStatus.CANCELLED if interrupted else ItemStatus.FAILED
    assert events[:-1] == [
        ActionWithdrawn(action_id=ActionId("s.a5")),
        ToolCallUpdated(item_id=TWO, status=closed),
        ToolCallUpdated(item_id=ItemId("s.i4"), status=closed),
    ]
    assert subject.waiting == ()
    assert not subject.busy


KEYS = st.sampled_from(
    [
        *("sessionUpdate", "content", "type", "text", "messageId", "toolCallId", "title", "kind"),
        *("status", "locations", "path", "line", "rawInput", "rawOutput", "entries", "priority"),
        *("newText", "oldText", "toolCall", "options", "optionId", "name", "uri", "resource"),
    ]
)
WORDS = st.sampled_from(
    [
        *("agent_message_chunk", "agent_thought_chunk", "tool_call", "tool_call_update", "plan"),
        *("text", "diff", "content", "resource", "pending", "completed", "failed", "edit"),
        *("allow_once", "x", "", "\ud83d", "\ude00", "\0", "../../etc", "/"),
    ]
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=12,
)
KINDS = WORDS.filter(lambda word: "_" in word or word == "plan")
UPDATES = st.dictionaries(KEYS, JSON, max_size=6).flatmap(
    lambda fields: KINDS.map(lambda kind: {**fields, "sessionUpdate": kind})
)
MESSAGES = st.lists(
    st.one_of(
        st.tuples(st.just("update"), UPDATES),
        st.tuples(st.just("ask"), st.dictionaries(KEYS, JSON, max_size=6)),
        st.tuples(st.just("answer"), WORDS),
    ),
    max_size=12,
)


@given(messages=MESSAGES, result=JSON, interrupted=st.booleans())
def test_nothing_an_agent_says_is_too_odd(messages: list[Any], result: Any, *, interrupted: bool):
    """Every event can be written, every id is one, and after the end nothing is open."""
    subject = translator()
    events: list[ProviderEvent] = []
    for kind, message in messages:
        if kind == "update":
            events += subject.update(message)
        elif kind == "ask":
            events += subject.ask(message)
        elif subject.waiting:
            subject.answer(subject.waiting[0], chosen(message))
    events += subject.end(result, interrupted=interrupted)
    assert isinstance(events[-1], TurnEnded)
    for event in events:
        dumps(unstructure(event))
        named = [getattr(event, name, None) for name in ("item_id", "action_id")]
        assert all(is_id(name) for name in named if name is not None)
    last = {event.item_id: event.status for event in events if isinstance(event, ToolCallUpdated)}
    assert ItemStatus.RUNNING not in last.values()
    assert not subject.busy

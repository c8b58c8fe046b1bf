"""No event that leaves a session carries a secret, whichever of its fields held it."""

from pathlib import Path
from typing import Any

import attrs
import pytest

from peon.errors import ExternalFailure
from peon.providers.forms import PLACE
from peon.providers.process import STDERR_SHOWN, last_words
from peon.providers.redaction import RedactingSink, StreamedText
from peon.providers.registry import SCRIPT
from peon.providers.secrets import MOST_VALUES, Secrets, typed_secrets
from peon.runtime.long_text import LongText, pieces_of
from peon.wire import dumps, unstructure
from peon_protocol.ids import ActionId, ItemId, SessionId
from peon_protocol.provider_events import (
    ActionRequested,
    PlanReplaced,
    ProviderError,
    ProviderEvent,
    ReasoningDelta,
    SessionEnded,
    SessionStarted,
    TextDelta,
    ToolCallUpdated,
)
from peon_protocol.values import (
    ActionOption,
    EmbeddedResource,
    FileEdit,
    ImageContent,
    ItemStatus,
    JsonValue,
    Location,
    Mode,
    OptionKind,
    PlanEntry,
    ResourceContents,
    ResourceLink,
    TextContent,
    ToolKind,
)
from support.agents import ALLOWING, Agency, Recorder

WORD = "correct" + "horse9"
TOKEN = "gh" + "p_" + "aB7" * 12


class Kept:
    """A sink that keeps."""

    def __init__(self) -> None:
        self.events: list[ProviderEvent] = []

    def provider_event(self, event: ProviderEvent) -> None:
        self.events.append(event)


ITEM = ItemId("i")
EVENTS: list[Any] = [
    TextDelta(text=f"a {WORD}", item_id=ITEM),
    ReasoningDelta(text=WORD, item_id=ITEM),
    ToolCallUpdated(
        item_id=ITEM,
        title=f"Run {WORD}",
        summary=WORD,
        input={"command": ["echo", WORD], "nested": {"x": WORD, "n": 1}},
        content=(TextContent(WORD), EmbeddedResource(ResourceContents("u", text=WORD))),
        edits=(FileEdit("p", WORD, WORD), FileEdit("q", "new")),
    ),
    ActionRequested(
        action_id=ActionId("a"),
        item_id=ITEM,
        kind=ToolKind.EXECUTE,
        title=WORD,
        options=(ActionOption("o", f"Allow {WORD}", OptionKind.ALLOW_ONCE),),
    ),
    PlanReplaced(entries=(PlanEntry(WORD),)),
    ProviderError(code="c", message=WORD),
    SessionEnded(session_id=SessionId("s"), reason=WORD, detail=WORD),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_no_event_carries_a_secret(event: ProviderEvent):
    kept = Kept()
    sink = RedactingSink(kept, Secrets((WORD,)))
    sink.provider_event(event)
    sink.provider_event(ProviderError(code="c", message="end"))
    told = b"".join(dumps(unstructure(each)) for each in kept.events)
    assert WORD.encode() not in told
    assert PLACE.encode() in told


@pytest.mark.parametrize("place", range(1, len(WORD)))
def test_a_long_text_is_redacted_also_where_its_pieces_meet(place: int):
    kept = Kept()
    sink = RedactingSink(kept, Secrets((WORD,)))
    pieces = (f"before {WORD[:place]}", f"{WORD[place:]} after", " end")
    long = LongText.of(lambda: iter(pieces), 60)
    edit = FileEdit("p", long, long)
    call = ToolCallUpdated(
        item_id=ITEM, input={"x": [long]}, content=(TextContent(long),), edits=(edit,)
    )
    sink.provider_event(call)
    sink.provider_event(TextDelta(text=long, item_id=ITEM))
    sink.provider_event(PlanReplaced(entries=()))

    told, *deltas, _ = kept.events
    match told:
        case ToolCallUpdated(
            input={"x": [given]}, content=(TextContent(text),), edits=(FileEdit(_, new, old),)
        ):
            whole = [*map("".join, map(pieces_of, map(str_of, (given, text, new, old))))]
        case _:
            pytest.fail("it is not what was said")
    said = "".join(each.text for each in deltas if isinstance(each, TextDelta))
    assert {*whole, said} == {f"before {PLACE} after end"}
    assert WORD.encode() not in dumps(unstructure(told))


def str_of(value: object) -> str:
    assert isinstance(value, str)
    return value


PLACES = [
    ToolCallUpdated(
        item_id=ITEM,
        title="x",
        locations=(Location(f"/srv/{WORD}/a", 1),),
        edits=(FileEdit(f"/srv/{WORD}", "new"),),
        input={WORD: 1},
    ),
    ToolCallUpdated(
        item_id=ITEM,
        content=(
            ResourceLink(uri=f"http://x/{WORD}", name=WORD, title=WORD, description=WORD),
            ImageContent("AAAA", "image/png", f"http://x/{WORD}"),
            EmbeddedResource(ResourceContents(f"file:///{WORD}", text="x")),
        ),
    ),
    attrs.evolve(EVENTS[3], paths=(f"/srv/{WORD}",)),
    SessionStarted(session_id=SessionId("s"), native_id="n", agent_name=WORD),
]


@pytest.mark.parametrize("event", PLACES, ids=lambda event: type(event).__name__)
def test_no_place_or_name_carries_a_secret(event: ProviderEvent):
    test_no_event_carries_a_secret(event)


OUTPUT = f"before {TOKEN} and {WORD} after"


@pytest.mark.parametrize("end", [ItemStatus.COMPLETED, ItemStatus.FAILED, ItemStatus.CANCELLED])
def test_output_that_grows_never_shows_half_a_secret(end: ItemStatus):
    """Agents repeat the output of a tool as it grows: cut anywhere, and whole only at its end."""
    kept = Kept()
    sink = RedactingSink(kept, Secrets((WORD,)))
    shown: list[str] = []
    for at in range(1, len(OUTPUT) + 1):
        content = (TextContent(OUTPUT[:at]),)
        sink.provider_event(ToolCallUpdated(item_id=ITEM, content=content))
    sink.provider_event(ToolCallUpdated(item_id=ITEM, status=end))
    for event in kept.events:
        assert isinstance(event, ToolCallUpdated)
        shown += [block.text for block in event.content or () if isinstance(block, TextContent)]
    whole = f"before {PLACE} and {PLACE} after"
    assert [text for text in shown if not whole.startswith(text)] == []
    assert shown[-1] == whole


def test_output_that_was_held_back_is_shown_at_the_end():
    kept = Kept()
    sink = RedactingSink(kept, Secrets((WORD,)))
    grown = (TextContent(f"it was {WORD[:5]}"),)
    sink.provider_event(ToolCallUpdated(item_id=ITEM, content=grown))
    sink.provider_event(ToolCallUpdated(item_id=ITEM, status=ItemStatus.COMPLETED))
    first, last = kept.events
    assert first == ToolCallUpdated(item_id=ITEM, content=(TextContent("it was "),))
    assert last == ToolCallUpdated(item_id=ITEM, status=ItemStatus.COMPLETED, content=grown)


def test_what_is_to_be_decided_is_shown_whole():
    kept = Kept()
    sink = RedactingSink(kept, Secrets((WORD,)))
    asked = ToolCallUpdated(
        item_id=ITEM, status=ItemStatus.AWAITING_APPROVAL, content=(TextContent(WORD[:5]),)
    )
    sink.provider_event(asked)
    assert kept.events == [asked]


def test_a_secret_that_an_agent_writes_down_is_one_from_then_on():
    kept = Kept()
    sink = RedactingSink(kept, Secrets())
    edit = FileEdit("/w/.env.local", f"API_KEY={WORD}\n")
    sink.provider_event(ToolCallUpdated(item_id=ITEM, edits=(edit,)))
    sink.provider_event(TextDelta(text=f"It is {WORD}.", item_id=ITEM))
    sink.provider_event(PlanReplaced(entries=()))
    assert WORD not in repr(kept.events)


def test_many_long_values_cost_little():
    """A repository may bring as many secrets, and as long, as it likes."""
    secrets = Secrets().beside(f"{number:04}" + "ab" * 8_000 for number in range(10_000))
    assert len(secrets.values) == MOST_VALUES
    text = StreamedText(secrets)
    assert "".join(text.feed("00ab cd ") for _ in range(200)) + text.rest() == "00ab cd " * 200


def test_held_text_comes_before_whatever_follows():
    kept = Kept()
    sink = RedactingSink(kept, Secrets((WORD,)))
    sink.provider_event(TextDelta(text=WORD[:5], item_id=ITEM))
    sink.provider_event(TextDelta(text="other", item_id=ItemId("j")))
    sink.provider_event(PlanReplaced(entries=()))
    assert kept.events == [
        TextDelta(text=WORD[:5], item_id=ITEM),
        TextDelta(text="other", item_id=ItemId("j")),
        PlanReplaced(entries=()),
    ]


async def test_last_words_are_redacted(agents: Agency, workspace: Path):
    (workspace / ".env").write_text(f"API_KEY={WORD}\n")
    recorder = await agents.open_codex()
    end = await recorder.turn(f"crash {TOKEN} and {WORD}")
    assert isinstance(end, SessionEnded)
    assert end.detail == f"{PLACE} and {PLACE}"


async def test_a_refusal_is_redacted(agents: Agency, workspace: Path):
    """What an agent says in an error that is raised goes to the log as well."""
    (workspace / ".env").write_text("DB_PASSWORD='room for'\n")
    recorder = await agents.open_codex("full")
    assert recorder.session is not None
    with pytest.raises(ExternalFailure) as raised:
        await recorder.session.prompt("say hello", mode=Mode.ASK, model=None)
    assert str(raised.value) == f"Codex: no {PLACE} that"


def test_last_words_are_cut_where_a_line_begins():
    """A secret whose beginning is cut away could not be known any more."""
    assert last_words("all of it") == "all of it"
    cut = last_words("x" * STDERR_SHOWN + "\nthe last line")
    assert cut == "the last line"


async def test_variables_that_an_agent_inherits_are_secret(
    agents: Agency, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GATEWAY_API_KEY", WORD)
    recorder = await agents.open_codex()
    await recorder.turn(f"say it is {WORD}")
    assert recorder.text() == f"it is {PLACE}"


async def test_an_agents_words_are_redacted_but_its_work_is_not(agents: Agency, workspace: Path):
    (workspace / ".env").write_text(f"API_KEY={WORD}\n")
    recorder: Recorder = await agents.open(SCRIPT, ALLOWING)
    await recorder.turn(f"say it is {WORD}\nwrite a.txt {TOKEN}\nrun cat .env")
    told = b"".join(dumps(unstructure(event)) for event in recorder.events)
    assert WORD.encode() not in told
    assert TOKEN.encode() not in told
    assert (workspace / "a.txt").read_text() == TOKEN


@pytest.mark.parametrize("number", [4711, 17, -17.5])
def test_a_number_that_was_typed_as_a_secret_is_one_in_what_tools_are_told(number: float):
    kept = Kept()
    sink = RedactingSink(kept, typed_secrets([str(number)]))
    told: JsonValue = {"pin": number, "tries": 3, "sure": True}
    sink.provider_event(ToolCallUpdated(item_id=ITEM, input=told))
    (event,) = kept.events
    assert isinstance(event, ToolCallUpdated)
    assert event.input == {"pin": PLACE, "tries": 3, "sure": True}

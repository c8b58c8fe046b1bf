"""Secrets are taken out of what agents say, wherever the text is cut; and nothing else is.

No secret is written here as it would be found: each is put together while the test runs.
"""

import random
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peon.providers.redaction import LONGEST_HELD, RedactingSink, StreamedText
from peon.providers.registry import SCRIPT
from peon.providers.secrets import PLACE, Secrets, secret_values, secrets_of
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
    TextDelta,
    ToolCallUpdated,
)
from peon_protocol.values import (
    ActionOption,
    EmbeddedResource,
    FileEdit,
    OptionKind,
    PlanEntry,
    ResourceContents,
    TextContent,
    ToolKind,
)
from support.agents import ALLOWING, Agency, Recorder

_lots = random.Random("any")
ALPHANUMERIC = string.ascii_letters + string.digits


def drawn(length: int, alphabet: str = ALPHANUMERIC) -> str:
    return "".join(_lots.choice(alphabet) for _ in range(length - 1)) + "7"


TOKENS = [
    "sk-" + drawn(48),
    "sk-" + "ant-api03-" + drawn(90, ALPHANUMERIC + "_-"),
    "sk-" + "proj-" + drawn(120, ALPHANUMERIC + "_-"),
    "sk-" + "or-v1-" + drawn(64, "0123456789abcdef"),
    "sk_" + "live_" + drawn(24),
    "gh" + "p_" + drawn(36),
    "gh" + "s_" + drawn(36),
    "github" + "_pat_" + drawn(82, ALPHANUMERIC + "_"),
    "gl" + "pat-" + drawn(20),
    "xox" + "b-" + drawn(12, string.digits) + "-" + drawn(24),
    "AK" + "IA" + drawn(16, string.ascii_uppercase + string.digits),
    "AI" + "za" + drawn(35),
    "ya" + "29." + drawn(60),
    "npm" + "_" + drawn(36),
    "pypi" + "-" + drawn(150),
    "hf" + "_" + drawn(34),
    "gsk" + "_" + drawn(52),
    ".".join(["ey" + "J" + drawn(30), "ey" + "J" + drawn(80), drawn(43)]),
]
KEY = "-----BEGIN {0}PRIVATE KEY-----\n" + f"{drawn(64)}\n" * 20 + "-----END {0}PRIVATE KEY-----"
KEYS = [KEY.format(name) for name in ("", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ")]
WORD = "correct" + "horse9"

HARMLESS = [
    "the task-list-of-things-to-do-2024-and-more",
    "sk-toggleable__label-arrow and sk-estimator-doc-link",
    "risk-based-authentication-for-2024-services",
    "ghp_short and gho_ and github_pattern_matching_of_many_words",
    "AKIA is how they begin; ASIAPACIFIC too",
    "npm_config_registry npm_lifecycle_event npm_package_dependencies_thing",
    "https://example.org:8080/path?q=1 and http://[::1]:80/ and git@example.org:me/it.git",
    "mailto:someone@example.org and user@host",
    "Bearer of bad news, and a bearer token",
    "eyJust a word, eyJ.two.dots",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "----- a rule -----",
    "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
    "commit 8f14e45fceea167a5a36dedd4bea2543f2b8a3c1",
    "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "password = os.environ['PASSWORD']",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    "xoxo, hf_hub_download, gsk_, xai-grok, pypi-publish, glpat-",
]


def streamed(pieces: list[str], secrets: Secrets) -> str:
    text = StreamedText(secrets)
    return "".join(map(text.feed, pieces)) + text.rest()


def cut(text: str, data: st.DataObject) -> list[str]:
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


@pytest.mark.parametrize("secret", TOKENS + KEYS, ids=lambda secret: secret[:8].strip("-"))
@pytest.mark.parametrize("around", ["{}", "key={}", '"{}"', "a {} b", "\n{}\n", "({}),", "{}."])
def test_a_secret_is_found_and_only_it(secret: str, around: str):
    assert Secrets().redact(around.format(secret)) == around.format(PLACE)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_one_is_left_alone(text: str):
    assert Secrets().redact(text) == text
    assert streamed(list(text), Secrets()) == text


@pytest.mark.parametrize(
    "text,shown",
    [
        (f"postgres://me:{WORD}@host/db", f"postgres://me:{PLACE}@host/db"),
        (f"https://:{WORD}@host", f"https://:{PLACE}@host"),
        (f"Authorization: Bearer {TOKENS[0]}x", f"Authorization: Bearer {PLACE}"),
        (f"authorization: bearer {drawn(40)}==", f"authorization: bearer {PLACE}"),
    ],
)
def test_what_stands_in_the_place_of_a_secret_is_one(text: str, shown: str):
    assert Secrets().redact(text) == shown
    assert streamed(list(text), Secrets()) == shown


@pytest.mark.parametrize("secret", TOKENS + KEYS, ids=lambda secret: secret[:8].strip("-"))
def test_a_secret_is_found_letter_by_letter(secret: str):
    text = f"it is {secret} you see"
    assert streamed(list(text), Secrets()) == f"it is {PLACE} you see"


@given(st.lists(st.sampled_from([*TOKENS, *KEYS, *HARMLESS, WORD, "b", "s", "-"])), st.data())
def test_where_a_text_is_cut_changes_nothing(words: list[str], data: st.DataObject):
    secrets = Secrets((WORD,))
    text = " ".join(words)
    assert streamed(cut(text, data), secrets) == secrets.redact(text)


@given(st.text(alphabet="sk-ghp_AIza.eyJB:/@ x7\n", max_size=40), st.data())
def test_text_that_holds_no_secret_arrives_whole(text: str, data: st.DataObject):
    assert streamed(cut(text, data), Secrets()) == Secrets().redact(text)


def test_ordinary_text_is_not_held_back():
    text = StreamedText(Secrets())
    for piece in ("Hello, ", "I will ", "write a fi", "le now.", "\n\n- one\n", "`code` "):
        assert text.feed(piece) == piece


def test_what_is_held_is_bounded():
    text = StreamedText(Secrets())
    shown = text.feed(KEYS[0][:40]) + "".join(text.feed(drawn(100)) for _ in range(400))
    assert len(shown) + LONGEST_HELD > 100 * 300


def test_a_key_without_its_end_is_still_one():
    assert streamed([KEYS[0][:500]], Secrets()) == PLACE


@pytest.mark.parametrize(
    "line,value",
    [
        (f"API_KEY={WORD}", WORD),
        (f'export DB_PASSWORD="{WORD} and more"  # why', f"{WORD} and more"),
        (f"  my_secret = '{WORD}'", WORD),
        (f"WHATEVER={drawn(32)}Aa1", None),
        (f"DATABASE_DSN=postgres://me:{WORD}@host", f"postgres://me:{WORD}@host"),
    ],
)
def test_a_project_says_what_is_secret(line: str, value: str | None):
    (found,) = secret_values(f"# settings\n{line}\nNODE_ENV=production\n")
    assert found == (value or line.partition("=")[2])


@pytest.mark.parametrize(
    "line",
    [
        "NODE_ENV=production",
        "PORT=3000",
        "API_KEY=",
        "API_KEY=short",
        "AUTH_ENABLED=true",
        "TOKEN_FILE=/run/secrets/token",
        "AUTH_URL=https://auth.example.org/login",
        "SECRET_KEY=changeme",
        "SECRET_KEY=$OTHER_KEY",
        "#API_KEY=" + WORD,
        "SOME_VERY_LONG_SETTING_NAME=a-long-but-plain-value-of-words",
    ],
)
def test_ordinary_settings_are_not_secret(line: str):
    assert list(secret_values(line)) == []


def test_secrets_are_read_from_the_projects_files(workspace: Path):
    (workspace / ".env").write_text(f"API_KEY={WORD}1\n")
    (workspace / ".env.local").write_text(f"API_KEY={WORD}2\n")
    (workspace / "prod.env").write_text(f"API_KEY={WORD}3\n")
    (workspace / ".env.example").write_text(f"API_KEY={WORD}4\n")
    (workspace / "notes.txt").write_text(f"API_KEY={WORD}5\n")
    (workspace / ".env.d").mkdir()
    assert sorted(secrets_of(workspace).values) == [f"{WORD}{n}" for n in (1, 2, 3)]
    assert secrets_of(workspace / "gone").values == ()


def test_values_are_not_shown_by_accident():
    assert WORD not in repr(Secrets((WORD,)))


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


async def test_an_agents_words_are_redacted_but_its_work_is_not(agents: Agency, workspace: Path):
    (workspace / ".env").write_text(f"API_KEY={WORD}\n")
    recorder: Recorder = await agents.open(SCRIPT, ALLOWING)
    await recorder.turn(f"say it is {WORD}\nwrite a.txt {TOKENS[0]}\nrun cat .env")
    told = b"".join(dumps(unstructure(event)) for event in recorder.events)
    assert WORD.encode() not in told
    assert TOKENS[0].encode() not in told
    assert (workspace / "a.txt").read_text() == TOKENS[0]

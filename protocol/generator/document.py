"""Fills the generated blocks of `PROTOCOL.md`; the prose around them is written by hand.

A block stands between `<!-- generated: KIND NAMES -->` and `<!-- end -->`. Its kind is `method`,
`notification`, `event`, `provider-event` or `types`, with the names of what it shows, or one of the
tables `methods`, `notifications`, `events` and `errors`, or `initialize-result`.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from generator.examples import EXCHANGES, NOTICES, as_text, exchange_json, notice_json
from generator.samples.cast import LOG_ID
from generator.samples.provider_events import PROVIDER_EVENTS
from generator.samples.story import EVENTS
from generator.shapes import ErrorEntry, ObjectDefinition, Protocol
from generator.typescript import declaration
from peon.wire import unstructure
from peon_protocol import ADDED_PARAMS
from peon_protocol.failures import ErrorCode

LONGEST_EXAMPLE: Final = 70
"""Lines. Of a longer example the document shows the file only."""

BLOCK: Final = re.compile(r"(<!-- generated: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def fill(text: str, protocol: Protocol) -> str:
    """The document with all its blocks written anew. Raises LookupError for an unknown block."""
    return BLOCK.sub(lambda found: f"{found[1]}{_block(found[2], protocol)}\n{found[3]}", text)


def _block(heading: str, protocol: Protocol) -> str:
    match heading.split():
        case ["methods"]:
            return _methods("request", protocol)
        case ["notifications"]:
            return _methods("notification", protocol)
        case ["events"]:
            return _events(protocol)
        case ["errors"]:
            return _errors(protocol)
        case ["initialize-result"]:
            return _initialize_result(protocol)
        case ["method", name]:
            return _method(name, protocol)
        case ["notification", name]:
            return _notification(name, protocol)
        case ["event", name]:
            return _event(name, protocol)
        case ["provider-event", tag]:
            return _provider_event(tag, protocol)
        case ["types", *names]:
            return _declared(names, protocol)
        case _:
            raise LookupError(f"there is no generated block «{heading}»")


def _methods(direction: str, protocol: Protocol) -> str:
    rows = [
        (_link(each.name), each.kind, each.summary)
        for each in protocol.methods
        if each.direction == direction
    ]
    return _table(("method", "kind", "purpose"), rows)


def _events(protocol: Protocol) -> str:
    rows = []
    for payload in protocol.payloads:
        definition = protocol.find(payload.definition)
        text = definition.text if isinstance(definition, ObjectDefinition) else ""
        rows.append((_link(payload.type), str(payload.schema), _first_line(text)))
    return _table(("event", "schema", "what happened"), rows)


def _errors(protocol: Protocol) -> str:
    rows = [
        (
            f"`{each.kind}`",
            f"{each.code} {ErrorCode(each.code).name}",
            _first_line(each.text),
            _details(each, protocol),
        )
        for each in protocol.errors
    ]
    return _table(("kind", "code", "meaning", "`details`"), rows)


def _initialize_result(protocol: Protocol) -> str:
    """What the answer to `initialize` says of this protocol, beside what LSP wants there."""
    names: dict[str, list[str]] = {"request": [], "notification": []}
    for each in protocol.methods:
        names[each.direction].append(each.name)
    offered = {
        "protocolVersion": protocol.version,
        "methods": names["request"],
        "notifications": names["notification"],
        "addedParams": {name: list(added) for name, added in ADDED_PARAMS},
        "logId": LOG_ID,
    }
    return _fenced("json", as_text({"capabilities": {"experimental": {"peon": offered}}}))


def _details(entry: ErrorEntry, protocol: Protocol) -> str:
    if entry.details is None:
        return ""
    definition = protocol.find(entry.details)
    members = definition.members if isinstance(definition, ObjectDefinition) else ()
    return ", ".join(f"`{member.name}`" for member in members)


def _method(name: str, protocol: Protocol) -> str:
    entry = next(each for each in protocol.methods if each.name == name)
    result = [] if entry.result is None else [entry.result]
    errors = ", ".join(f"`{kind}`" for kind in entry.errors) or "only those of every request"
    return "\n".join(
        [
            entry.summary,
            "",
            _declared([entry.params, *result], protocol),
            "",
            f"Errors: {errors}.",
            "",
            _example(exchange_json(EXCHANGES[name]).values(), f"requests/{_file_name(name)}"),
        ]
    )


def _notification(name: str, protocol: Protocol) -> str:
    entry = next(each for each in protocol.methods if each.name == name)
    example = _example([notice_json(NOTICES[name])], f"notifications/{_file_name(name)}")
    return "\n".join([entry.summary, "", _declared([entry.params], protocol), "", example])


def _event(name: str, protocol: Protocol) -> str:
    payload = next(each for each in protocol.payloads if each.type == name)
    declared = _declared([payload.definition], protocol)
    example = _example([unstructure(EVENTS[name].payload)], f"events/{name}.{payload.schema}")
    return f"{declared}\n\n{example}"


def _provider_event(tag: str, protocol: Protocol) -> str:
    definition = next(
        each
        for each in protocol.definitions
        if isinstance(each, ObjectDefinition)
        and each.tag == tag
        and each.name.startswith("Provider")
    )
    said = next(each for each in PROVIDER_EVENTS if tag == each.TYPE)
    example = _example([unstructure(said)], f"provider-events/{tag}")
    return f"{_declared([definition.name], protocol)}\n\n{example}"


def _declared(names: Sequence[str], protocol: Protocol) -> str:
    texts = [declaration(protocol.find(name)).replace("export ", "") for name in names]
    return _fenced("typescript", "\n".join(texts))


def _example(messages: Iterable[Any], file: str) -> str:
    texts = [as_text(message) for message in messages]
    if sum(text.count("\n") for text in texts) > LONGEST_EXAMPLE:
        return f"An example is in [`examples/{file}.json`](examples/{file}.json)."
    return "\n\n".join(_fenced("json", text) for text in texts)


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _link(name: str) -> str:
    """A heading's anchor is its text without what is neither letter, digit, hyphen nor space."""
    anchor = re.sub(r"[^a-z0-9-]", "", name.lower())
    return f"[`{name}`](#{anchor})"


def _file_name(method: str) -> str:
    return method.replace("/", ".")

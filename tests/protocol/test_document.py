"""What the document shows is what the protocol says."""

import json
import re
from typing import Any

import attrs
import pytest
from jsonschema import Draft202012Validator

from generator.document import BLOCK
from peon.rpc.plain.orders import ORDERS
from peon_protocol import PROTOCOL_VERSION
from peon_protocol.methods import METHODS_BY_NAME
from support.sources import ROOT

PROTOCOL = ROOT / "protocol"
SCHEMA: dict[str, Any] = json.loads((PROTOCOL / "schema.json").read_text(encoding="utf-8"))
DOCUMENT = (PROTOCOL / "PROTOCOL.md").read_text(encoding="utf-8")
PROSE = BLOCK.sub("", DOCUMENT)
HEADINGS = re.findall(r"^#+ (.+)$", DOCUMENT, re.MULTILINE)


def messages(text: str) -> list[Any]:
    """Every message in a JSON block, by its place."""
    found = []
    for match in re.finditer(r"^```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        shown = json.loads(match[1])
        if "jsonrpc" in shown:
            line = text.count("\n", 0, match.start()) + 1
            found.append(pytest.param(shown, id=f"line {line}"))
    return found


def errors_against(definition: str, value: Any) -> list[str]:
    wanted = {"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]}
    return [error.message for error in Draft202012Validator(wanted).iter_errors(value)]


@pytest.mark.parametrize("message", messages(DOCUMENT))
def test_a_message_that_is_shown_fits(message: Any):
    method = METHODS_BY_NAME.get(message.get("method"))
    if method is not None:
        assert errors_against(method.params.__name__, message["params"]) == []
    elif "error" in message:
        content = message["error"]["data"]
        assert errors_against("ErrorContent", content) == []
        assert message["error"]["message"] == content["message"]
        assert message["error"]["code"] == SCHEMA["errors"][content["kind"]]["code"]
    else:
        assert message.get("method") == "initialized" or "result" in message


def test_the_first_message_is_as_long_as_its_header_says():
    found = re.search(r"Content-Length: (\d+)\\r\\n\n\\r\\n\n(.+)\n", DOCUMENT)
    assert found is not None
    assert int(found[1]) == len(found[2])
    json.loads(found[2])


def test_links_within_the_document_lead_to_a_heading():
    anchors = {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in HEADINGS}
    assert set(re.findall(r"\]\(#([^)]+)\)", DOCUMENT)) - anchors == set()


def test_the_contents_name_every_part():
    listed = re.findall(r"^- \[(.+?)\]\(#", PROSE, re.MULTILINE)
    parts = re.findall(r"^## (.+)$", PROSE, re.MULTILINE)
    assert listed == [part for part in parts if part != "Contents"]


def test_guarantees_are_numbered_without_a_gap():
    part = PROSE.partition("\n## Guarantees\n")[2].partition("\n## ")[0]
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", part, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 20


def test_every_name_in_the_prose_is_one_of_the_protocol():
    known = {*SCHEMA["methods"], *SCHEMA["events"], *SCHEMA["errors"]}
    quoted = set(re.findall(r"`([a-z]+[./][a-z][A-Za-z]+)`", PROSE))
    other = {"details.threadIds", "details.problems", "details.projectId", "details.reference"}
    lsp = {"window/logMessage", "window/showMessage", "operation.type", "schema.json"}
    faults = {"agent.mode", "agent.option", "defaults.mcpServers"}
    plain = {"window/showMessageRequest", "window.workDoneProgress", "workspace/executeCommand"}
    assert quoted - known - other - lsp - faults - plain - set(ORDERS) == set()


def test_the_table_of_user_commands_is_whole():
    rows = re.findall(r"^\| `(peon\.\w+)` \| (.+) \|$", PROSE, re.MULTILINE)
    assert [name for name, _ in rows] == list(ORDERS)
    for name, members in rows:
        fields = [field.name for field in attrs.fields(ORDERS[name])]
        told = re.findall(r"`(\w+)\??`", members)
        assert sorted(told) == sorted(re.sub("_(.)", lambda m: m[1].upper(), f) for f in fields)


def test_the_version_is_the_one_of_the_package():
    assert f"`protocolVersion` is {PROTOCOL_VERSION}," in PROSE
    assert SCHEMA["protocolVersion"] == PROTOCOL_VERSION

"""What we send, as `codex app-server generate-json-schema` describes it."""

import re
from collections.abc import Iterable
from typing import Final, assert_never

from peon.domain.facts import Takes
from peon.providers.codex.offers import Chosen
from peon.providers.codex.policies import APPROVAL, REVIEWER, Policy
from peon.providers.jsonrpc.ndjson import whole
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.mcp import ReadyServer
from peon_protocol.values import (
    AudioContent,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    JsonValue,
    McpTransport,
    Prompt,
    ResourceContents,
    ResourceLink,
    TextContent,
)

TAKES: Final = Takes(
    content=frozenset(
        each.TYPE for each in (TextContent, ImageContent, ResourceLink, EmbeddedResource)
    ),
    text=1 << 20,
)
"""What it takes in a prompt; of resources that are embedded, those of text and images."""
_IMAGE: Final = "image/"
_SERVER_NAME: Final = re.compile("[A-Za-z0-9_-]+")


def initialize(version: str) -> JsonObject:
    """Who we are. What counts as experimental is how a plan is made and questions are asked."""
    return {
        "clientInfo": {"name": "peon", "title": "Peon", "version": version},
        "capabilities": {"experimentalApi": True},
    }


def start_thread(root: str, policy: Policy, servers: Iterable[ReadyServer] = ()) -> JsonObject:
    """A new conversation in `root`, set as the mode wants it.

    The model is chosen with each turn: so the answer tells which one is the user's own.
    """
    config: JsonObject = {f"mcp_servers.{each.name}": _server(each) for each in servers}
    settings: JsonObject = {
        "cwd": root,
        "approvalPolicy": APPROVAL,
        "approvalsReviewer": REVIEWER,
        "sandbox": policy.sandbox,
    }
    return {**settings, "config": config} if config else settings


def resume_thread(
    native_id: str, root: str, policy: Policy, servers: Iterable[ReadyServer] = ()
) -> JsonObject:
    """An earlier conversation, without having all of it told again."""
    return {**start_thread(root, policy, servers), "threadId": native_id, "excludeTurns": True}


def untaken_servers(servers: Iterable[ReadyServer]) -> dict[str, str]:
    """The servers that Codex cannot take, and why."""
    untaken = {}
    for each in servers:
        if each.transport is McpTransport.SSE:
            untaken[each.name] = "the agent takes no servers over sse"
        elif not _SERVER_NAME.fullmatch(each.name):
            untaken[each.name] = "the agent takes no servers with a dot in their name"
    return untaken


def _server(server: ReadyServer) -> JsonObject:
    if server.transport is McpTransport.STDIO:
        variables: JsonObject = {**server.env}
        return {"command": server.command, "args": [*server.args], "env": variables}
    headers: JsonObject = {**server.headers}
    return {"url": server.url, "http_headers": headers}


def start_turn(native_id: str, prompt: Prompt, settings: JsonObject) -> JsonObject:
    """A prompt; `settings` hold from this turn on."""
    return {"threadId": native_id, "input": list(inputs(prompt)), **settings}


def steer_turn(native_id: str, turn_id: str, prompt: Prompt) -> JsonObject:
    """More words for the turn that goes on, if it is still that one."""
    return {"threadId": native_id, "expectedTurnId": turn_id, "input": list(inputs(prompt))}


def interrupt_turn(native_id: str, turn_id: str) -> JsonObject:
    return {"threadId": native_id, "turnId": turn_id}


def turn_settings(policy: Policy, sandbox: JsonObject, chosen: Chosen) -> JsonObject:
    """How a turn is to be worked on. The manner of working names the model and its effort once
    more, and without an effort there it is the model's own again.
    """
    manner: JsonObject = {
        "mode": policy.manner,
        "settings": {
            "model": chosen.model,
            "reasoning_effort": chosen.effort,
            "developer_instructions": None,
        },
    }
    settings: JsonObject = {
        "approvalPolicy": APPROVAL,
        "approvalsReviewer": REVIEWER,
        "sandboxPolicy": sandbox,
        "model": chosen.model,
        "collaborationMode": manner,
    }
    if chosen.effort is not None:
        settings["effort"] = chosen.effort
    if chosen.summary is not None:
        settings["summary"] = chosen.summary
    return settings


def refused_content(prompt: Prompt) -> str | None:
    """What in a prompt Codex cannot take; None if it can take it all."""
    for block in () if isinstance(prompt, str) else prompt:
        match block:
            case AudioContent():
                return AudioContent.TYPE
            case EmbeddedResource(resource=ResourceContents(blob=str(), mime_type=mime)):
                if not (mime or "").startswith(_IMAGE):
                    return EmbeddedResource.TYPE
            case _:
                continue
    return None


def inputs(prompt: Prompt) -> tuple[JsonValue, ...]:
    """A prompt in Codex's words; plain text is one block of it."""
    blocks = (TextContent(prompt),) if isinstance(prompt, str) else prompt
    return tuple(_input(block) for block in blocks)


def _input(block: ContentBlock) -> JsonObject:
    match block:
        case TextContent(text=text):
            return _text(text)
        case ImageContent(data=data, mime_type=mime):
            return {"type": "image", "url": f"data:{mime};base64,{data}"}
        case AudioContent(data=data, mime_type=mime):
            return {"type": "audio", "url": f"data:{mime};base64,{data}"}
        case ResourceLink(uri=uri, name=name):
            return _text(f"[{name}]({uri.removeprefix('file://')})")
        case EmbeddedResource(resource=held):
            return _resource(held)
        case _:
            assert_never(block)


def _resource(held: ResourceContents) -> JsonObject:
    if held.blob is not None:
        return {"type": "image", "url": f"data:{held.mime_type};base64,{held.blob}"}
    return _text(f'<context ref="{held.uri}">\n{held.text or ""}\n</context>')


def _text(text: str) -> JsonObject:
    return {"type": "text", "text": whole(text), "text_elements": []}

"""What we send, built from the protocol package's own types, so that it conforms by construction.

Loading those types takes most of a second: this module is imported when the first agent is started,
beside the agent's own start, and not with the server.
"""

from collections.abc import Iterable
from typing import Final, assert_never

from acp import schema

from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.ndjson import whole
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.mcp import ReadyServer
from peon.providers.port import Answer
from peon_protocol.values import (
    AudioContent,
    ContentBlock,
    Decision,
    EmbeddedResource,
    ImageContent,
    McpTransport,
    OptionValue,
    Prompt,
    ResourceContents,
    ResourceLink,
    TextContent,
)

PROTOCOL_VERSION: Final = 1
_NativeServer = (
    schema.HttpMcpServer | schema.SseMcpServer | schema.AcpMcpServer | schema.McpServerStdio
)
_NativeBlock = (
    schema.TextContentBlock
    | schema.ImageContentBlock
    | schema.AudioContentBlock
    | schema.ResourceContentBlock
    | schema.EmbeddedResourceContentBlock
)


def initialize(version: str) -> JsonObject:
    """Who we are. We lend neither files nor terminals: agents then work on the disk themselves."""
    return _plain(
        schema.InitializeRequest(
            protocol_version=PROTOCOL_VERSION,
            client_capabilities=schema.ClientCapabilities(
                fs=schema.FileSystemCapabilities(read_text_file=False, write_text_file=False),
                terminal=False,
                session=schema.ClientSessionCapabilities(
                    config_options=schema.SessionConfigOptionsCapabilities(
                        boolean=schema.BooleanConfigOptionCapabilities()
                    )
                ),
                elicitation=schema.ElicitationCapabilities(
                    form=schema.ElicitationFormCapabilities(),
                    url=schema.ElicitationUrlCapabilities(),
                ),
            ),
            client_info=schema.Implementation(name="peon", title="Peon", version=version),
        )
    )


def new_session(root: str, servers: Iterable[ReadyServer] = ()) -> JsonObject:
    listed = list(map(_server, servers))
    return _plain(schema.NewSessionRequest(cwd=root, mcp_servers=listed))


def resume_session(native_id: str, root: str, servers: Iterable[ReadyServer]) -> JsonObject:
    listed = list(map(_server, servers))
    return _plain(schema.ResumeSessionRequest(session_id=native_id, cwd=root, mcp_servers=listed))


def load_session(native_id: str, root: str, servers: Iterable[ReadyServer]) -> JsonObject:
    listed = list(map(_server, servers))
    return _plain(schema.LoadSessionRequest(session_id=native_id, cwd=root, mcp_servers=listed))


def _server(server: ReadyServer) -> _NativeServer:
    match server.transport:
        case McpTransport.STDIO:
            variables = [schema.EnvVariable(name=n, value=v) for n, v in server.env.items()]
            return schema.McpServerStdio(
                name=server.name, command=server.command, args=list(server.args), env=variables
            )
        case McpTransport.HTTP:
            return schema.HttpMcpServer(
                type="http", name=server.name, url=server.url, headers=_headers(server)
            )
        case McpTransport.SSE:
            return schema.SseMcpServer(
                type="sse", name=server.name, url=server.url, headers=_headers(server)
            )
        case _:
            assert_never(server.transport)


def _headers(server: ReadyServer) -> list[schema.HttpHeader]:
    return [schema.HttpHeader(name=name, value=value) for name, value in server.headers.items()]


def untaken_servers(servers: Iterable[ReadyServer], capabilities: JsonObject) -> dict[str, str]:
    """The servers that the agent cannot take, by its capabilities, and why.

    Programs every agent takes.
    """
    offered = raw.as_object(capabilities.get("mcpCapabilities"))
    return {
        each.name: f"the agent takes no servers over {each.transport.value}"
        for each in servers
        if each.transport is not McpTransport.STDIO
        and offered.get(each.transport.value) is not True
    }


def set_mode(native_id: str, mode_id: str) -> JsonObject:
    return _plain(schema.SetSessionModeRequest(session_id=native_id, mode_id=mode_id))


def set_option(native_id: str, option_id: str, value: OptionValue) -> JsonObject:
    if isinstance(value, bool):
        return _plain(
            schema.SetSessionConfigOptionBooleanRequest(
                session_id=native_id, config_id=option_id, type="boolean", value=value
            )
        )
    return _plain(
        schema.SetSessionConfigOptionSelectRequest(
            session_id=native_id, config_id=option_id, value=value
        )
    )


def prompt(native_id: str, words: Prompt) -> JsonObject:
    """A prompt; plain text is one block of it."""
    blocks = (TextContent(words),) if isinstance(words, str) else words
    return _plain(
        schema.PromptRequest(session_id=native_id, prompt=[_block(block) for block in blocks])
    )


def cancel(native_id: str) -> JsonObject:
    return _plain(schema.CancelNotification(session_id=native_id))


def outcome(option_id: str | None) -> JsonObject:
    """The answer to a request for permission."""
    chosen: schema.AllowedOutcome | schema.DeniedOutcome = (
        schema.DeniedOutcome(outcome="cancelled")
        if option_id is None
        else schema.AllowedOutcome(outcome="selected", option_id=option_id)
    )
    return _plain(schema.RequestPermissionResponse(outcome=chosen))


def elicited(answer: Answer, *, elsewhere: bool = False) -> JsonObject:
    """The answer to a question; what was answered `elsewhere`, on a web page, is not told here."""
    match answer.decision:
        case Decision.APPROVED:
            content = None if elsewhere else dict(answer.answers)
            return _plain(schema.AcceptElicitationResponse(action="accept", content=content))
        case Decision.REJECTED:
            return _plain(schema.DeclineElicitationResponse(action="decline"))
        case _:
            return _plain(schema.CancelElicitationResponse(action="cancel"))


def content_taken(capabilities: JsonObject) -> frozenset[str]:
    """The types of content that the agent takes, by its capabilities.

    Text and links every agent takes.
    """
    needs = {
        "image": ImageContent.TYPE,
        "audio": AudioContent.TYPE,
        "embeddedContext": EmbeddedResource.TYPE,
    }
    offered = raw.as_object(capabilities.get("promptCapabilities"))
    more = (kind for name, kind in needs.items() if offered.get(name))
    return frozenset({TextContent.TYPE, ResourceLink.TYPE, *more})


def refused_content(words: Prompt, taken: frozenset[str]) -> str | None:
    """What in a prompt the agent cannot take; None if it can take it all."""
    blocks = () if isinstance(words, str) else words
    return next((block.TYPE for block in blocks if block.TYPE not in taken), None)


def _block(block: ContentBlock) -> _NativeBlock:
    match block:
        case TextContent(text=text):
            return schema.TextContentBlock(type="text", text=whole(text))
        case ImageContent(data=data, mime_type=mime, uri=uri):
            return schema.ImageContentBlock(type="image", data=data, mime_type=mime, uri=uri)
        case AudioContent(data=data, mime_type=mime):
            return schema.AudioContentBlock(type="audio", data=data, mime_type=mime)
        case ResourceLink():
            return schema.ResourceContentBlock(
                type="resource_link",
                uri=block.uri,
                name=block.name,
                mime_type=block.mime_type,
                title=block.title,
                description=block.description,
                size=block.size,
            )
        case EmbeddedResource(resource=held):
            return schema.EmbeddedResourceContentBlock(type="resource", resource=_contents(held))
        case _:
            assert_never(block)


def _contents(held: ResourceContents) -> schema.TextResourceContents | schema.BlobResourceContents:
    if held.blob is not None:
        return schema.BlobResourceContents(uri=held.uri, mime_type=held.mime_type, blob=held.blob)
    return schema.TextResourceContents(
        uri=held.uri, mime_type=held.mime_type, text=whole(held.text or "")
    )


def _plain(message: schema.BaseModel) -> JsonObject:
    return message.model_dump(mode="json", by_alias=True, exclude_none=True)

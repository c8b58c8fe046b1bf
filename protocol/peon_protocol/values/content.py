"""What prompts and tool calls hold: blocks of content, and any JSON."""

from typing import ClassVar, TypeAlias

import attrs

from peon_protocol.ids import BlobId

JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None
"""Any JSON. Only for what an agent says about its own tools: kept, and never interpreted."""


@attrs.frozen
class TextContent:
    """A piece of text."""

    TYPE: ClassVar = "text"
    text: str


@attrs.frozen
class ImageContent:
    """An image, base64-encoded."""

    TYPE: ClassVar = "image"
    data: str
    mime_type: str
    uri: str | None = None


@attrs.frozen
class AudioContent:
    """A sound, base64-encoded."""

    TYPE: ClassVar = "audio"
    data: str
    mime_type: str


@attrs.frozen
class ResourceLink:
    """A pointer to something the agent can read by itself."""

    TYPE: ClassVar = "resource_link"
    uri: str
    name: str
    mime_type: str | None = None
    title: str | None = None
    description: str | None = None
    size: int | None = None


@attrs.frozen
class ResourceContents:
    """The contents of a resource: `text`, or `blob` in base64."""

    uri: str
    mime_type: str | None = None
    text: str | None = None
    blob: str | None = None


@attrs.frozen
class EmbeddedResource:
    """A resource with its contents."""

    TYPE: ClassVar = "resource"
    resource: ResourceContents


ContentBlock: TypeAlias = (
    TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource
)
"""A content block as the Agent Client Protocol 1 defines it, without `annotations` and `_meta`."""


@attrs.frozen
class StoredContent:
    """A value over 64 KiB, kept apart under the hash of its bytes: read it with `blob/read`.

    `size` counts its bytes, `preview` is how its text begins. It stands for the contents of the
    block of which it took the place; of JSON, `mimeType` is `application/json`.
    """

    TYPE: ClassVar = "stored"
    blob_id: BlobId
    size: int
    mime_type: str | None = None
    preview: str = ""
    uri: str | None = None


@attrs.frozen
class StoredText:
    """A text over 64 KiB, kept apart: read it with `blob/read`. `size` counts its bytes."""

    blob_id: BlobId
    size: int


ItemContent: TypeAlias = (
    TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource | StoredContent
)
"""What a tool call shows: a content block, or where a large one is kept."""


Prompt: TypeAlias = str | tuple[ContentBlock, ...]
"""What a user asks: plain text, or content blocks. Kept as it was typed."""

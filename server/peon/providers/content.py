"""What agents of every kind show in the same shape: blocks of content, and paths."""

import os.path

from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.ndjson import whole
from peon_protocol.values import (
    AudioContent,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    JsonValue,
    ResourceContents,
    ResourceLink,
    TextContent,
)


def content_block(block: JsonValue) -> ContentBlock | None:
    """A content block, or None if it is of a kind we do not know or lacks what its kind demands."""
    match block:
        case {"type": "text", "text": str(words)}:
            return TextContent(whole(words))
        case {"type": "image", "data": str(data), "mimeType": str(mime)}:
            return ImageContent(whole(data), whole(mime), raw.text(block, "uri"))
        case {"type": "audio", "data": str(data), "mimeType": str(mime)}:
            return AudioContent(whole(data), whole(mime))
        case {"type": "resource_link", "uri": str(uri)}:
            return ResourceLink(
                uri=whole(uri),
                name=raw.text(block, "name") or whole(uri),
                mime_type=raw.text(block, "mimeType"),
                title=raw.text(block, "title"),
                description=raw.text(block, "description"),
                size=raw.number(block, "size"),
            )
        case {"type": "resource", "resource": {"uri": str(uri)} as held}:
            return EmbeddedResource(
                ResourceContents(
                    uri=whole(uri),
                    mime_type=raw.text(held, "mimeType"),
                    text=raw.text(held, "text"),
                    blob=raw.text(held, "blob"),
                )
            )
        case _:
            return None


def absolute(path: str, root: str) -> str:
    """`path` as seen from the agent's folder. Links are not followed: this is no check."""
    return os.path.normpath(os.path.join(root, whole(path)))  # noqa: PTH118 (pure, no Path needed)

"""What was said before reaches an agent that begins afresh in the form that it takes."""

from peon.errors import Unavailable
from peon.providers.retelling import TRANSCRIPT_URI, retold
from peon_protocol.values import EmbeddedResource, Prompt, ResourceContents, TextContent

BEFORE = "User:\nplant a rose\n"
ATTACHED = EmbeddedResource(
    ResourceContents(uri=TRANSCRIPT_URI, mime_type="text/markdown", text=BEFORE)
)


def takes_all(_prompt: Prompt) -> None:
    """An agent that reads attachments."""


def takes_text_only(prompt: Prompt) -> None:
    if any(isinstance(block, EmbeddedResource) for block in prompt):
        raise Unavailable("Rustic", "it takes no content of type resource", "Leave it out.")


def test_an_agent_that_takes_attachments_gets_one_before_its_prompt():
    assert retold("water it", BEFORE, takes_all) == (ATTACHED, TextContent("water it"))


def test_an_agent_that_takes_text_only_is_told_in_words():
    blocks = (TextContent("water it"), TextContent("well"))
    assert retold(blocks, BEFORE, takes_text_only) == (TextContent(BEFORE), *blocks)

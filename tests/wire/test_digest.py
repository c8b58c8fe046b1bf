"""The digest tells a repeated command from another one with the same id."""

import attrs

from peon.wire import digest
from peon_protocol.commands import ConfigureThread, CreateThread, StartTurn
from peon_protocol.ids import CommandId, ProjectId, ThreadId
from peon_protocol.values import Mode, TextContent

PROMPT = StartTurn(thread_id=ThreadId("t"), prompt="dig", command_id=CommandId("c"))


def test_a_repeated_command_has_the_same_digest():
    assert digest("turn/start", PROMPT) == digest("turn/start", attrs.evolve(PROMPT))


def test_the_command_id_does_not_count():
    again = attrs.evolve(PROMPT, command_id=CommandId("d"))
    assert digest("turn/start", PROMPT) == digest("turn/start", again)


def test_everything_else_counts():
    commands = [
        PROMPT,
        attrs.evolve(PROMPT, prompt="dig deeper"),
        attrs.evolve(PROMPT, prompt=(TextContent("dig"),)),
        attrs.evolve(PROMPT, mode=Mode.ASK),
        attrs.evolve(PROMPT, thread_id=ThreadId("u")),
    ]
    assert len({digest("turn/start", command) for command in commands}) == len(commands)


def test_the_method_counts():
    assert digest("turn/start", PROMPT) != digest("turn/begin", PROMPT)


def test_a_member_that_is_null_does_not_count_so_that_new_ones_can_be_added():
    without = ConfigureThread(thread_id=ThreadId("t"))
    assert digest("x", without) == digest("x", CreateThreadLike(thread_id=ThreadId("t")))


def test_a_digest_is_sixteen_hexadecimal_digits_and_never_changes():
    command = CreateThread(project_id=ProjectId("garden"))
    assert digest("thread/create", command) == "d0dcfc281c02fd4e"


@attrs.frozen
class CreateThreadLike:
    """The same members, and one that a later version may add."""

    thread_id: ThreadId
    shade: str | None = None

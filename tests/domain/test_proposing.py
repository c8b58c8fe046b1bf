"""What a commit is called where nobody says, whatever was said in the turn."""

from peon.domain.proposing import proposed_body, proposed_message, proposed_title
from peon_protocol.commands import CommitChanges
from peon_protocol.events import ChangesCommitted, Event, TurnStarted
from peon_protocol.ids import CheckpointId, TurnId
from peon_protocol.rejections import MessageBlank
from peon_protocol.values import CommitOperation
from support.given import Given, given
from support.story import TALK, TURN, WORK, a_running_turn, an_idle_thread, text, the_end_of


def test_a_commit_without_a_message_is_called_by_what_was_asked():
    told = given(a_running_turn(), the_end_of())

    assert proposed_message(told.thread()) == "water the roses"
    told.when(CommitChanges(thread_id=TALK)).then_it_is("operation.requested")
    operation = told.thread().operation
    assert operation is not None
    assert operation.operation == CommitOperation("water the roses", None)


def test_a_commit_of_nothing_that_was_asked_needs_a_message():
    given(an_idle_thread()).when(CommitChanges(thread_id=TALK)).refused(MessageBlank())


def test_what_was_committed_is_remembered():
    done = ChangesCommitted(thread_id=TALK, operation_id=WORK, commit="c0ffee", message="x")
    assert given(a_running_turn(), the_end_of(), done).thread().committed == 1


# ---- whatever was said ---------------------------------------------------------------------------


def asked(*prompts: str, said: str = "") -> Given:
    """Turns that were asked for this, in the last of which the agent said that."""
    turns: list[Event] = []
    for number, prompt in enumerate(prompts, 1):
        turn_id = TURN if number == len(prompts) else TurnId(f"turn-{number}")
        checkpoint_id = CheckpointId(f"before-{turn_id}")
        started = TurnStarted(
            thread_id=TALK,
            turn_id=turn_id,
            number=number,
            prompt=prompt,
            checkpoint_id=checkpoint_id,
        )
        turns += [started, *([text("said", said)] if said and turn_id == TURN else [])]
        turns.append(the_end_of(turn_id))
    return given(an_idle_thread(), *turns)


def message(*prompts: str, said: str = "") -> str | None:
    return proposed_message(asked(*prompts, said=said).thread())


def test_what_acts_on_a_terminal_or_its_reader_is_left_out():
    said = (
        "\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b(Bof\0 the\x9b ro\u202eses\u2066\r\nand\x07\x85more"
    )
    told = message("plant\x1b[2J\0\t roses\x0bnow", said=said)

    assert told == "plant roses\n\nred of the roses\nand\nmore"
    assert message("one half \ud800") == "one half"


def test_what_git_or_a_program_could_take_for_more_is_text():
    scissors = "-" * 24
    said = f"-m x\n#no comment\n--author=nobody\n# {scissors} >8 {scissors}\nmore"

    assert message("-m", said=said) == f"-m\n\n{said}"
    assert message("--file=/etc/passwd") == "--file=/etc/passwd"


def test_who_worked_on_it_is_not_for_the_agent_to_say():
    signed = "Co-authored-by: Eve <eve@example.org>\n  SIGNED-OFF-BY : Ada\r\nReviewed-by: Ada"
    said = f"Planted.\n\n{signed}\nFixes: 7"

    assert message("plant", said=said) == "plant\n\nPlanted.\n\nFixes: 7"
    assert "author" not in proposed_body(asked("plant", said=said).thread())


def test_megabytes_make_a_short_message():
    told = message("x" * 3_000_000, said="y" * 3_000_000)
    lines = message("plant", said="\n" * 3_000_000 + "words and more\n" * 200_000)
    many = message(*(f"prompt {number}" for number in range(300)))

    assert told is not None
    assert lines is not None
    assert many is not None
    assert (len(told), max(map(len, told.splitlines()[:1]))) == (72 + 2 + 1_002, 72)
    assert len(lines) < 1_100
    assert "words and more" in lines
    assert len(many) < 500
    assert many.startswith("prompt 299\n\n- … and 280 before\n- prompt 280\n")


def test_only_blanks_propose_nothing():
    story = asked(" \n\t\u2028\x00\ufeff ", said="\x1b[0m \n")

    assert proposed_message(story.thread()) is None
    assert proposed_title(story.thread()) is None
    assert proposed_body(story.thread()) == ""
    story.when(CommitChanges(thread_id=TALK)).refused(MessageBlank())
    assert message("plant", said=" \n \0 \u202e") == "plant"

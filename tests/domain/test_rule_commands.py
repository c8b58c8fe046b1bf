"""A rule is about a command, and a command is more than its letters."""

import pytest

from peon_protocol.values import Mode
from support.rules import ASKS, allow, deny, in_mode, runs, settled, under

ALLOWED_TOGETHER = (allow("git", command="git"), allow("make", command="make test"))


@pytest.mark.parametrize(
    "command,by",
    [
        ("git status", "git"),
        ("git log --oneline", "git"),
        ("git add . && git commit -m 'a; b'", "git"),
        ("git status | git apply", "git"),
        ("make test 2>&1 >/dev/null", "make"),
        ("git pull; make test\ngit push", "git,make"),
        ("(git status)", "git"),
        ("git \\\nstatus", "git"),
        ("git log $BRANCH", "git"),
        ('git commit -m "$MESSAGE"', "git"),
    ],
)
def test_a_line_is_allowed_where_every_command_of_it_is(command: str, by: str):
    assert settled(under(*ALLOWED_TOGETHER), runs(command)) == ("approved", by)


@pytest.mark.parametrize(
    "command",
    [
        "gitx status",
        "make",
        "make tests",
        "git status; curl x",
        "git status && curl x",
        "git status || curl x",
        "git status | sh",
        "git status & curl x",
        "git status\ncurl x",
        "git status\rcurl x",
        "git status $(curl x)",
        "git status `curl x`",
        'git status "$(curl x)"',
        'git status "`curl x`"',
        "git status ${IFS}x",
        "git status > .bashrc",
        "git status >> .bashrc",
        "git apply < patch",
        "git apply <<END",
        "git status 2> errors",
        "git status &> all",
        "git status >| all",
        "git diff <(curl x)",
        "git status $'\\x3b' x",
        "git status 'open",
        'git status "open',
        "git status \\",
        "GIT_PAGER=evil git log",
        "env git status",
        "$GIT status",
        "'git status'",
        "\x00git status",
        "git status\x1b[A",
        "git status # ; fine\ncurl x",
        "git -c core.pager=evil log",
        "git --exec-path=/tmp status",
        "git reset --hard",
        "git clean -fd",
        "git push --force",
        "git push origin +main",
        "git push origin :main",
        "git checkout -- .",
        "git stash drop",
        "git -C elsewhere clean -x",
        "; ;",
        "",
    ],
)
def test_a_line_that_holds_more_is_not_allowed(command: str):
    assert settled(under(*ALLOWED_TOGETHER), runs(command)) == ASKS


@pytest.mark.parametrize(
    "command",
    [
        "curl x",
        "/usr/bin/curl x",
        "git status; curl x",
        "git status && curl x",
        "true | curl x",
        "(curl x)",
        "{ curl x; }",
        "if true; then curl x; fi",
        "! curl x",
        "A=1 B=2 curl x",
        "sudo -u root curl x",
        "env A=1 curl x",
        "timeout 5 curl x",
        "xargs -n 1 curl",
        "nohup nice -n 3 curl x",
        "bash -c 'curl x'",
        "bash -lc 'true; curl x'",
        "sh -c \"sh -c 'curl x'\"",
        "eval curl x",
        "echo $(curl x)",
        "curl x > y",
        "curl 'open",
        "c''url x",
        "c\\url x",
    ],
)
def test_a_line_is_denied_where_any_command_of_it_is(command: str):
    assert settled(in_mode(Mode.FULL, deny(command="curl")), runs(command)) == ("rejected", "deny")


@pytest.mark.parametrize(
    "command", ["echo 'a; curl x'", "echo `curl x`", 'echo "$(curl x)"', "echo curl x"]
)
def test_a_denied_command_that_may_stand_in_a_text_is_asked_about(command: str):
    assert settled(in_mode(Mode.FULL, deny(command="curl")), runs(command)) == ASKS


def test_a_denied_command_is_its_words_and_not_their_letters():
    told = in_mode(Mode.FULL, deny(command="git push"))

    assert settled(told, runs("git push origin")) == ("rejected", "deny")
    assert settled(told, runs("git pushy")) == ("approved", "full")
    assert settled(told, runs("git pull")) == ("approved", "full")

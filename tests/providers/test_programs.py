"""Finding agents: on the client's PATH, then on the login shell's, starting none of them."""

import os
from pathlib import Path

import attrs
import pytest

from peon.providers import programs
from peon.providers.acp.provider import AcpProvider
from peon.providers.port import Available
from peon.providers.programs import Programs, version_of
from peon.providers.terms import Terms
from support.agents import Agency, Recorder, rogue
from support.programs import make_program


def make_shell(home: Path, text: str) -> dict[str, str]:
    """An environment whose login shell is this script."""
    return {
        "PATH": "/usr/bin:/bin",
        "SHELL": str(make_program(home, "shell", f"#!/bin/sh\n{text}")),
    }


async def test_what_only_the_login_shell_knows_is_found(home: Path):
    agent = make_program(home / "tools", "agent")
    environment = make_shell(
        home, f'echo Welcome\nPATH="/bin:{home}/tools"\nexport PATH\neval "$2"'
    )
    subject = Programs()
    assert subject.find("agent", environment) is None
    await subject.ask_shell(environment)
    assert subject.find("agent", environment) == str(agent)
    assert subject.path(environment) == f"/usr/bin:/bin:{home}/tools"


async def test_a_real_shell_says_its_path(home: Path):
    folder = home / "from profile"
    (home / ".profile").write_text(f'PATH="{folder}:$PATH"\n')
    environment = {**os.environ, "SHELL": "/bin/sh"}
    subject = Programs()
    await subject.ask_shell(environment)
    assert str(folder) in subject.path(environment).split(os.pathsep)


@pytest.mark.parametrize(
    "text", ["exit 1", "echo nothing of use", "kill -9 $$", "echo peon-path-mark; exit 0"]
)
async def test_a_shell_that_does_not_say_changes_nothing(home: Path, text: str):
    environment = make_shell(home, text)
    subject = Programs()
    await subject.ask_shell(environment)
    assert subject.path(environment) == "/usr/bin:/bin"


async def test_a_shell_that_hangs_is_given_up(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(programs, "ASK_SHELL_SECONDS", 0.1)
    environment = make_shell(home, "sleep 600 & sleep 600")
    subject = Programs()
    await subject.ask_shell(environment)
    assert subject.path(environment) == "/usr/bin:/bin"


@pytest.mark.parametrize("shell", ["", "relative/shell", "/no/such/shell"])
async def test_without_a_shell_there_is_the_clients_path(shell: str):
    subject = Programs()
    await subject.ask_shell({"SHELL": shell})
    assert subject.path({"PATH": "/a:/b"}) == "/a:/b"


def test_the_clients_path_comes_first(home: Path):
    own = make_program(home / "own", "agent")
    make_program(home / "shells", "agent")
    subject = Programs(f"{home}/shells")
    assert subject.find("agent", {"PATH": f"{home}/own"}) == str(own)


@pytest.mark.parametrize("command", ["./agent", "bin/agent", "../agent"])
def test_a_relative_path_is_nobodys(home: Path, command: str, monkeypatch: pytest.MonkeyPatch):
    make_program(home / "bin", "agent")
    monkeypatch.chdir(home)
    assert Programs().find(command, {"PATH": "/bin"}) is None


def test_the_version_is_read_from_the_package(home: Path):
    program = make_program(home / "lib/node_modules/@x/agent/dist", "index.js")
    (home / "lib/node_modules/@x/agent/package.json").write_text('{"version": "1.2.3"}')
    (home / "bin").mkdir()
    (home / "bin/agent").symlink_to(program)
    assert version_of(str(home / "bin/agent")) == "1.2.3"


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 5}', "{}"])
def test_a_package_that_does_not_say_its_version_has_none(home: Path, text: str):
    program = make_program(home / "bin", "agent")
    (home / "package.json").write_text(text)
    assert version_of(str(program)) is None


async def test_an_agent_gets_the_path_it_was_found_on(agents: Agency, home: Path):
    entry = rogue()
    make_program(home / "tools", "helper")
    words = " ".join(f"'{word}'" for word in (entry.command, *entry.args))
    make_program(home / "tools", "agent", f"#!/bin/sh\nhelper || exit 9\nexec {words}\n")
    provider = AcpProvider(
        attrs.evolve(entry, command="agent", args=()),
        supervisor=agents.supervisor,
        terms=Terms(name="Agent"),
        programs=Programs(str(home / "tools")),
    )
    assert provider.availability({"PATH": "/bin"}) == Available()
    session = await provider.open(agents.request(), Recorder())
    assert session.alive

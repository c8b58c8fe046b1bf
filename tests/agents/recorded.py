"""The agents whose words are recorded, and what the model says in the turns of a recording.

Some are no part of `make test-agents`, because they are large or need another Python. They are
looked for in `more` beside the others, where they are put by hand:

    npm --prefix more/node install @zed-industries/codex-acp@0.16.0
    python3.12 -m venv more/vibe && more/vibe/bin/pip install mistral-vibe==3.0.2

Qwen Code is not recorded: it begins with half a megabyte of its own instructions.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from agents.legs import (
    CLAUDE,
    CODEX,
    CODEX_ACP,
    DEEPAGENTS,
    DUMMY,
    GEMINI,
    OPENCODE,
    Agents,
    Leg,
    codex_home,
)
from agents.llm.scenes import Refusal, Run, Step, Write
from peon_protocol.values import JsonValue

_THOUGHT: Final = "First I look at the beds, then at the gate, and then I say what I have seen."
_ROSES: Final = (
    "The roses are red, the violets are blue: wie schön, と言う, and the gate wants paint."
)


def scenes(workspace: Path) -> Mapping[str, tuple[Step, ...]]:
    """What the model says in each turn."""
    written = Write(str(workspace / "plants.txt"), "roses\nviolets\n")
    other = Write(str(workspace / "weeds.txt"), "nettles\n")
    done = Step(say="All is done now.")
    return {
        "writes": (Step(think=_THOUGHT, say="I write it down.", do=written), done),
        "runs": (Step(say="I count them.", do=Run("wc -l plants.txt && date -u +%Y")), done),
        "rejected": (Step(say="Weeds too.", do=other), Step(say="Then not.")),
        "cancelled": (Step(say="Weeds, perhaps.", do=other), Step(say="Then not.")),
        "refused": (
            Step(refuses=Refusal(400, "invalid_request_error", "the hedgehog ate the tokens")),
        ),
        "interrupted": (Step(say=_ROSES, pieces=20, holds=True),),
        "stopped": (Step(say="Weeds at last.", do=other), Step(say="Then not.")),
    }


_TURNS: Final = ("writes", "rejected", "refused", "interrupted", "stopped")
_OF_CODEX: Final = ("writes", "runs", "rejected", "cancelled", "refused", "interrupted", "stopped")


def turns_of(leg: Leg) -> Iterable[str]:
    return _OF_CODEX if leg is CODEX else _TURNS


def _codex_acp_native(agents: Agents, url: str, home: Path) -> JsonValue:
    package = "more/node/node_modules/@zed-industries/codex-acp-linux-x64"
    return {
        "name": "Codex",
        "command": str(agents.folder / package / "bin/codex-acp"),
        "env": {**codex_home(url, home, policy="untrusted")},
    }


def _vibe(agents: Agents, url: str, home: Path) -> JsonValue:
    folder = home / ".vibe"
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(
        f"""\
active_model = "fake"
enable_telemetry = false
enable_auto_update = false
enable_update_checks = false

[[providers]]
name = "fake"
api_base = "{url}/v1"
api_key_env_var = "FAKE_KEY"
api_style = "openai"
backend = "generic"

[[models]]
name = "fake-model"
provider = "fake"
alias = "fake"
"""
    )
    return {
        "name": "Mistral Vibe",
        "command": str(agents.folder / "more/vibe/bin/python"),
        "args": ["-c", "from vibe.acp.entrypoint import main; main()"],
        "env": {"VIBE_HOME": str(folder), "FAKE_KEY": DUMMY, "MISTRAL_API_KEY": DUMMY},
    }


RECORDED: Final[Mapping[str, Leg]] = {
    "claude-agent-acp": CLAUDE,
    "codex": CODEX,
    "codex-acp": CODEX_ACP,
    "codex-acp-native": Leg(name="codex-acp-native", start=_codex_acp_native),
    "deepagents-acp": DEEPAGENTS,
    "gemini": GEMINI,
    "opencode": OPENCODE,
    "vibe-acp": Leg(name="vibe", start=_vibe),
}

"""The environment of a test: a home of its own, and nothing of whoever runs it."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

# What finds programs, temporary folders and registries, and what the test tools tell themselves.
# Everything else (identities, agents' keys, editors, GIT_*, XDG_*) belongs to a person.
_KEPT = re.compile(
    r"PATH|TMPDIR|TEMP|TMP|SYSTEMROOT|COMSPEC|PATHEXT|VIRTUAL_ENV|CI"
    r"|(PYTEST|PY_COLORS|HYPOTHESIS|COVERAGE|PIP|UV|NPM_CONFIG|PEON_TEST)(_.*)?"
    r"|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS|(HTTPS?|NO)_PROXY",
    re.IGNORECASE,
)


def environment_of_nobody(home: Path, outside: Mapping[str, str]) -> dict[str, str]:
    """The variables a test may see: those of `outside` that belong to no person, and `home`'s."""
    kept = {name: value for name, value in outside.items() if _KEPT.fullmatch(name)}
    return kept | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C.UTF-8",
        "PEON_IDLE_SECONDS": "1",
        "TERM": "dumb",
        "TZ": "UTC",
    }


def move_to(home: Path) -> None:
    """Make `home` the home of this process and of all it starts, and forget everybody else's."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / "run").mkdir(mode=0o700, exist_ok=True)
    environment = environment_of_nobody(home, os.environ)
    os.environ.clear()
    os.environ.update(environment)

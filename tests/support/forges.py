"""Forges without a network: `gh` and `glab` as far as they are used, over a folder of requests.

Each is a program of its own, which speaks only as the real one does where it cannot ask: it wants a
title and a body, refuses a branch that its remote lacks, and knows who is logged in where.
"""

import json
import sys
from pathlib import Path

import attrs

_PROGRAM = """#!{python} -IS
import json, os, re, subprocess, sys
from pathlib import Path

HOME, NAME = Path({home!r}), {name!r}
URL, KEY, OPEN = {{
    "gh": ("https://github.com/ada/garden/pull/{{}}", "url", "OPEN"),
    "glab": ("https://gitlab.com/ada/garden/-/merge_requests/{{}}", "web_url", "opened"),
}}[NAME]
words = sys.argv[1:]
with (HOME / "calls").open("a") as calls:
    seen = {{name: os.environ.get(name) for name in ("PATH", "GH_PROMPT_DISABLED", "NO_PROMPT",
            "GIT_TERMINAL_PROMPT", "GH_FORCE_TTY")}}
    said = sys.stdin.read()
    calls.write(json.dumps([NAME, words, seen, sys.stdin.isatty(), said]) + "\\n")


def fail(text):
    print(text, file=sys.stderr)
    sys.exit(1)


def git(*argv):
    return subprocess.run(["git", *argv], capture_output=True, text=True).stdout.strip()


options = dict(re.fullmatch(r"--([a-z-]+)(?:=(.*))?", word, re.S).groups() for word in words[2:]
               if word.startswith("--"))
logged_in = (HOME / "hosts").read_text().split()
branch = git("branch", "--show-current")
place = HOME / (branch.replace("/", "%") + ".json")
if words[:2] == ["auth", "status"]:
    sys.exit(0 if words[-1] in logged_in else 1)
if not logged_in:
    fail(f"To get started, please run: {{NAME}} auth login")
if words[1] == "view":
    print(place.read_text()) if place.exists() else fail("no pull requests found")
elif words[1] == "create":
    if not options.get("title") or ("body" not in options and not options.get("description")):
        fail("must provide a title and a body when not running interactively")
    here = git("rev-parse", "HEAD")
    place_of_remote = git("remote", "get-url", "--push", "origin")
    if here not in git("ls-remote", place_of_remote, "refs/heads/" + branch):
        fail("aborted: you must first push the current branch to a remote")
    if place.exists():
        fail(f"a pull request for branch {{branch}} already exists")
    if options.get("base") == "nowhere":
        fail("No commits between nowhere and " + branch)
    print("Creating pull request for " + branch, file=sys.stderr)
    url = URL.format(len(list(HOME.glob("*.json"))) + 1)
    place.write_text(json.dumps({{KEY: url, "state": OPEN, **options}}))
    print(url)
else:
    fail("unknown command " + " ".join(words))
"""


@attrs.frozen
class Call:
    """A call of such a program: its words, and what it could see."""

    name: str
    words: tuple[str, ...]
    environ: dict[str, str | None]
    terminal: bool
    stdin: str


@attrs.frozen
class Forge:
    """A folder of programs, and what was opened through them."""

    home: Path

    @property
    def path(self) -> str:
        """The folder that the programs are in."""
        return str(self.home / "bin")

    def install(self, *names: str) -> None:
        """Put programs there."""
        (self.home / "bin").mkdir(parents=True, exist_ok=True)
        (self.home / "hosts").touch()
        for name in names:
            program = self.home / "bin" / name
            home = str(self.home)
            program.write_text(_PROGRAM.format(python=sys.executable, home=home, name=name))
            program.chmod(0o755)

    def log_in(self, host: str) -> None:
        """Somebody is logged in at a host."""
        with (self.home / "hosts").open("a") as hosts:
            hosts.write(f"{host}\n")

    def request(self, branch: str) -> dict[str, str | None]:
        """What was opened for a branch."""
        file = self.home / f"{branch.replace('/', '%')}.json"
        found: dict[str, str | None] = json.loads(file.read_text())
        return found

    def close(self, branch: str) -> None:
        """Somebody closes it."""
        file = self.home / f"{branch.replace('/', '%')}.json"
        file.write_text(json.dumps({**self.request(branch), "state": "CLOSED"}))

    @property
    def calls(self) -> list[Call]:
        """Every call so far."""
        file = self.home / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        return [
            Call(name, tuple(words), seen, terminal, stdin)
            for name, words, seen, terminal, stdin in map(json.loads, lines)
        ]

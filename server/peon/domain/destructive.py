"""Commands that throw work away or take other rights: no rule lets them pass."""

from typing import Final

from peon.domain.command_lines import Words, reached

_ALWAYS: Final = frozenset(
    [
        "rm",
        "shred",
        "dd",
        "truncate",
        "sudo",
        "doas",
        "su",
        "mkfs",
        "fdisk",
        "wipefs",
        "chown",
        "reboot",
        "shutdown",
        "kill",
        "killall",
        "pkill",
        "crontab",
    ]
)
_OF_GIT: Final = {
    "reset": frozenset({"--hard", "--merge", "--keep"}),
    "clean": frozenset[str](),
    "restore": frozenset[str](),
    "checkout": frozenset({"--", ".", "-f", "--force"}),
    "switch": frozenset({"-f", "--force", "--discard-changes", "-C"}),
    "push": frozenset({"-f", "--force", "--force-with-lease", "--delete", "-d", "--mirror"}),
    "branch": frozenset({"-D", "-d", "--delete", "-f", "--force", "-M"}),
    "stash": frozenset({"drop", "clear"}),
    "reflog": frozenset({"expire", "delete"}),
    "tag": frozenset({"-d", "--delete", "-f", "--force"}),
    "worktree": frozenset({"remove", "prune"}),
    "filter-branch": frozenset[str](),
    "update-ref": frozenset[str](),
    "config": frozenset[str](),
}
"""What makes a command of git destructive; nothing, where it always is, or hands git to others."""
_OF_GIT_ITSELF: Final = frozenset({"-c", "--exec-path", "--config-env"})
_WITH_VALUE: Final = frozenset({"-C", "--git-dir", "--work-tree", "--namespace"})
_OF_FIND: Final = frozenset({"-delete", "-exec", "-execdir", "-ok", "-okdir", "-fprint"})


def is_destructive(line: str) -> bool:
    """Whether anything that a line runs, as far as can be seen, is such a command."""
    return any(_is_destructive(command) for command in reached(line))


def _is_destructive(command: Words) -> bool:
    name, *arguments = command
    if name in _ALWAYS or name.startswith("mkfs."):
        return True
    if name == "find":
        return not _OF_FIND.isdisjoint(arguments)
    return name == "git" and _git(arguments)


def _git(arguments: list[str]) -> bool:
    words = iter(arguments)
    for word in words:
        if word.partition("=")[0] in _OF_GIT_ITSELF:
            return True
        if word in _WITH_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            return _verb(word, [each.partition("=")[0] for each in words])
    return False


def _verb(verb: str, arguments: list[str]) -> bool:
    signs = _OF_GIT.get(verb)
    if signs is None:
        return False
    forced = verb == "push" and any(word.startswith(("+", ":")) for word in arguments)
    return not signs or forced or not signs.isdisjoint(arguments)

"""A repository that runs a program of its own at every chance git gives it: each firing leaves a
file.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from support.repositories import Repo, make_repo

HOOKS = (
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-rewrite",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "prepare-commit-msg",
    "reference-transaction",
    "sendemail-validate",
)

ODD_NAMES = (
    b"--output=fired",
    b"-c core.pager=fired",
    b"$(touch fired)",
    b"`touch fired`",
    b"; touch fired",
    b"|touch fired",
    b":(exclude)*",
    b":!name",
    b"\nnew\nline",
    b"\xff\xfe",
    b"name\twith\ttabs",
    b'"quoted"',
    b"\\back\\slash",
    b"...",
    b"~",
    b"@{-1}",
    b"HEAD",
    b"index.lock",
)


class HostileRepo:
    """The repository, and what has fired so far."""

    def __init__(self, place: Path, environ: Mapping[str, str]) -> None:
        self._place = place / "canaries"
        self._place.mkdir()
        self.repo = make_repo(place / "hostile", environ)
        self._environ = environ
        self._fill(self.repo)

    def fired(self) -> set[str]:
        """The names of the canaries that ran."""
        return {file.name for file in self._place.glob("fired-*")}

    def forget(self) -> None:
        """Start counting anew: what the preparation itself set off is none of anybody's doing."""
        for file in self._place.glob("fired-*"):
            file.unlink()

    def canary(self, name: str) -> str:
        """A program that notes that it ran, passes its input on, and fails no one."""
        script = self._place / f"run-{name}"
        script.write_text(f"#!/bin/sh\ntouch '{self._place}/fired-{name}'\ncat 2>/dev/null\n")
        script.chmod(0o755)
        return str(script)

    def _fill(self, repo: Repo) -> None:
        repo.write("plain", "text\n")
        repo.write("$Id$", "$Id$\n")
        repo.write("utf16", "text\n".encode("utf-16"))
        for name in ODD_NAMES:
            repo.write(b"odd/" + name, "odd\n")
        repo.commit()
        self.arm(repo)
        repo.write(".gitattributes", _ATTRIBUTES)
        repo.write("folder/.gitattributes", _ATTRIBUTES)
        inner = make_repo(repo.root / "nested", self._environ)
        inner.write("code", "inside\n")
        inner.commit()
        self.arm(inner)
        inner.write(".gitattributes", _ATTRIBUTES)
        linked = repo.root / "linked"
        linked.mkdir()
        (linked / ".git").symlink_to(repo.root / ".git")
        (linked / "file").write_text("through a link\n")
        pointed = repo.root / "pointed"
        pointed.mkdir()
        (pointed / ".git").write_text(f"gitdir: {repo.root}/.git\n")
        (pointed / "file").write_text("through a gitfile\n")
        self.forget()

    def arm(self, repo: Repo) -> None:
        """Give a repository every configuration that names a program."""
        git = repo.root / ".git"
        config = git / "config"
        config.write_text(config.read_text() + self._config())
        for hook in HOOKS:
            script = git / "hooks" / hook
            script.parent.mkdir(exist_ok=True)
            script.write_text(Path(self.canary(f"hook-{hook}")).read_text())
            script.chmod(0o755)
        (git / "included").write_text(f"[diff]\n\texternal = {self.canary('included')}\n")
        (git / "objects" / "info").mkdir(exist_ok=True)
        (git / "objects" / "info" / "alternates").write_text("/nowhere/objects\n")
        (git / "info").mkdir(exist_ok=True)
        (git / "info" / "attributes").write_text(_ATTRIBUTES)

    def _config(self) -> str:
        names = re.findall(r"{(\w+)}", _CONFIG)
        return _CONFIG.format_map({name: self.canary(name.replace("_", "-")) for name in names})


_CONFIG = """\
[include]
\tpath = included
[core]
\tfsmonitor = {fsmonitor}
\tpager = {pager}
\teditor = {editor}
\taskPass = {askpass}
\tsshCommand = {ssh}
\talternateRefsCommand = {alternates}
\tautocrlf = true
[pager]
\tstatus = {pager_status}
\tdiff = {pager_diff}
\tlog = true
[diff]
\texternal = {external_diff}
\tignoreSubmodules = none
[diff "evil"]
\ttextconv = {textconv}
\tcommand = {diff_command}
[filter "evil"]
\tclean = {clean}
\tsmudge = {smudge}
\trequired = true
[filter "evil.two=x"]
\tprocess = {process}
\trequired = true
[merge "evil"]
\tdriver = {merge}
[gpg]
\tprogram = {gpg}
[log]
\tshowSignature = true
[credential]
\thelper = {credential}
[alias]
\tstatus = !{alias}
\tls-files = !{alias}
[interactive]
\tdiffFilter = {interactive}
[status]
\tsubmoduleSummary = true
[remote "origin"]
\turl = ext::{remote}
\tpromisor = true
\tpartialclonefilter = blob:none
[protocol "ext"]
\tallow = always
[extensions]
\tpartialClone = origin
"""

_ATTRIBUTES = """\
* filter=evil diff=evil merge=evil ident
folder/* filter=evil.two=x
utf16 working-tree-encoding=UTF-16
*.txt eol=crlf text
"""

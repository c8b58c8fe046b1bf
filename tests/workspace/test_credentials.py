"""Commits and pushes use what a user has for signing and logging in, and nobody is asked unseen."""

from pathlib import Path

import pytest

from peon.errors import ExternalFailure
from support.bench import Bench

_SIGNER = """#!/bin/sh
cat >/dev/null
printf '[GNUPG:] BEGIN_SIGNING\\n[GNUPG:] SIG_CREATED D 1 8 00 0 ADA\\n' >&2
printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nby Ada\\n-----END PGP SIGNATURE-----\\n'
"""
_DIALLER = """#!/bin/sh
env >'{place}'
test -t 0 && echo terminal >>'{place}'
exit 255
"""


@pytest.fixture
def user(environ: dict[str, str]) -> dict[str, str]:
    """The environment of a client whose user has a name."""
    name, address = "Ada", "ada@example.org"
    names = {f"GIT_{who}_NAME": name for who in ("AUTHOR", "COMMITTER")}
    return {**environ, **names, **{f"GIT_{who}_EMAIL": address for who in ("AUTHOR", "COMMITTER")}}


def program(file: Path, text: str) -> str:
    file.write_text(text)
    file.chmod(0o755)
    return str(file)


def _dialled(bench: Bench, folder: Path) -> Path:
    """Have a commit to push, by a program that writes down what it was started with; where."""
    seen = folder / "seen"
    dialler = program(folder / "dialler", _DIALLER.format(place=seen))
    bench.repo.git("config", "core.sshCommand", dialler)
    bench.repo.git("remote", "add", "origin", "ssh://nowhere.invalid/garden")
    bench.repo.write("file", "1\n")
    bench.repo.commit()
    return seen


async def test_a_commit_is_signed_as_the_user_wishes(
    bench: Bench, tmp_path: Path, user: dict[str, str]
):
    bench.repo.git("config", "commit.gpgSign", "true")
    bench.repo.git("config", "gpg.program", program(tmp_path / "signer", _SIGNER))
    bench.repo.write("file", "1\n")
    await bench.workspace.commit(bench.root, "signed", None, user)

    kept = bench.repo.git("cat-file", "commit", "HEAD")
    assert "gpgsig -----BEGIN PGP SIGNATURE-----\n \n by Ada\n" in kept
    assert "author Ada <ada@example.org>" in kept


async def test_a_push_asks_nobody_for_a_password(
    bench: Bench, tmp_path: Path, user: dict[str, str]
):
    seen = _dialled(bench, tmp_path)
    with pytest.raises(ExternalFailure) as refused:
        await bench.workspace.push(bench.root, None, None, user)

    told = seen.read_text().splitlines()
    assert {"GIT_TERMINAL_PROMPT=0", "SSH_ASKPASS_REQUIRE=never"} <= set(told)
    assert "terminal" not in told
    assert refused.value.remedy


async def test_a_user_who_has_a_window_for_passwords_is_asked_there(
    bench: Bench, tmp_path: Path, user: dict[str, str]
):
    seen = _dialled(bench, tmp_path)
    with pytest.raises(ExternalFailure):
        await bench.workspace.push(bench.root, None, None, {**user, "SSH_ASKPASS": "/bin/ask"})

    told = seen.read_text().splitlines()
    assert "SSH_ASKPASS=/bin/ask" in told
    assert "SSH_ASKPASS_REQUIRE=never" not in told

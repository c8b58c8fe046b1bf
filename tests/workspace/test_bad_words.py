"""Words that no program can be told, or could take for more than words."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import attrs
import pytest

from peon.errors import ExternalFailure
from peon.workspace.branches import BranchWish, begin_branch
from peon.workspace.pull_requests import GH, GLAB, PullRequestWish
from peon.workspace.running import Running, nobody_listens, run_command
from peon.workspace.worktrees import Wanted
from support.bench import Bench
from support.houses import add_remote
from support.repositories import IDENTITY, fingerprint

NUL, LONG = "a\0b", "a" * 200_000


def _wanted(branch: str, base: str | None = None) -> Wanted:
    return Wanted(branch=branch, base=base, setup=(), copy=(), name="one")


async def _begin(bench: Bench, name: str, base: str | None = None) -> str:
    return await begin_branch(
        await bench.workspace.repository(bench.root), BranchWish(name, base, checkout=False)
    )


def _make(bench: Bench, wish: Wanted) -> Awaitable[object]:
    return bench.workspace.make_worktree(bench.root, wish, bench.environ, nobody_listens)


ASKED: dict[str, tuple[Callable[[Bench, str], Awaitable[object]], str]] = {
    "branch": (_begin, "git.badBranch"),
    "base": (lambda bench, word: _begin(bench, "topic", word), "git.noSuchCommit"),
    "worktree": (lambda bench, word: _make(bench, _wanted(word)), "git.badBranch"),
    "its base": (lambda bench, word: _make(bench, _wanted("topic", word)), "git.noSuchCommit"),
    "push": (
        lambda bench, word: bench.workspace.push(bench.root, None, word, bench.environ),
        "git.noBranch",
    ),
    "remote": (
        lambda bench, word: bench.workspace.push(bench.root, word, None, bench.environ),
        "git.noRemote",
    ),
}


@pytest.mark.parametrize("word", [NUL, LONG], ids=["nul", "long"])
@pytest.mark.parametrize("asked", ASKED)
async def test_what_cannot_be_told_is_refused(bench: Bench, tmp_path: Path, asked: str, word: str):
    add_remote(bench.repo, tmp_path / "remote")
    bench.repo.commit()
    before = fingerprint(bench.root)
    ask, code = ASKED[asked]
    with pytest.raises(ExternalFailure) as failed:
        await ask(bench, word)

    assert failed.value.code == code
    assert failed.value.remedy
    assert len(str(failed.value)) < 1_000
    assert fingerprint(bench.root) == before


@pytest.mark.parametrize("word", [NUL, LONG], ids=["nul", "long"])
async def test_nor_is_it_to_any_program(bench: Bench, word: str):
    argv = ("echo", word)
    running = Running(argv, bench.root, bench.environ, seconds=9, code="x", remedy="Shorter.")
    with pytest.raises(ExternalFailure) as failed:
        await run_command(running, nobody_listens)
    assert (failed.value.code, failed.value.remedy) == ("x", "Shorter.")


async def test_a_message_is_committed_as_it_is(bench: Bench):
    """Whatever its lines begin with, and whatever the user's git thinks of comments."""
    scissors = "-" * 24
    message = f"-m\n\n#1 is no comment\n--author=nobody\n# {scissors} >8 {scissors}\n\x1b[0m"
    bench.repo.git("config", "commit.cleanup", "scissors")
    bench.repo.write("file", "1\n")
    await bench.workspace.commit(bench.root, message, None, {**bench.environ, **IDENTITY})

    assert bench.repo.git("log", "-1", "--format=%B").rstrip("\n") == message
    assert bench.repo.git("log", "-1", "--format=%an").strip() == "Ada"


async def test_a_message_with_a_nul_is_refused_with_the_remedy(bench: Bench):
    bench.repo.write("file", "1\n")
    bench.repo.git("add", "file")
    staged = bench.repo.git("ls-files", "-s")
    with pytest.raises(ExternalFailure) as failed:
        await bench.workspace.commit(bench.root, NUL, None, {**bench.environ, **IDENTITY})

    assert failed.value.remedy
    assert bench.repo.git("ls-files", "-s") == staged


@pytest.mark.parametrize("opener", [GH, GLAB], ids=lambda each: each.name)
def test_what_a_pull_request_says_is_no_option_and_fits_into_a_word(opener: object):
    assert isinstance(opener, type(GH))
    wish = PullRequestWish("--web", "--fill\n#1", None, draft=False)
    words = opener.create(wish, "topic")
    large = opener.create(attrs.evolve(wish, body="\N{ROSE}" * 1_000_000), "topic")

    assert "--title=--web" in words
    assert any(word.endswith("=--fill\n#1") for word in words)
    assert not {"--web", "--fill"} & set(words)
    assert max(len(word.encode()) for word in large) < 128 * 1024

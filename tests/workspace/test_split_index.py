"""A user whose git keeps the index in two parts, and throws the shared one away early."""

import pytest

from peon.errors import ExternalFailure
from support.bench import Bench
from support.repositories import IDENTITY, fingerprint


@pytest.fixture
def bench(bench: Bench) -> Bench:
    """Something is committed, something staged, something ignored and tracked all the same."""
    repo = bench.repo
    repo.git("config", "core.splitIndex", "true")
    repo.git("config", "splitIndex.sharedIndexExpire", "now")
    repo.git("config", "splitIndex.maxPercentChange", "0")
    for number in range(20):
        repo.write(f"file {number}", "old\n")
    repo.write(".gitignore", "kept\n")
    repo.write("kept", "tracked\n")
    repo.git("add", "-f", "kept")
    repo.commit()
    repo.git("update-index", "--split-index")
    repo.write("staged", "staged\n")
    repo.git("add", "staged")
    return bench


def staged(bench: Bench) -> str:
    return bench.repo.git("ls-files", "-s") + bench.repo.git("diff", "--cached", "--name-only")


async def test_captures_and_restores_leave_both_parts_alone(bench: Bench):
    before = fingerprint(bench.root / ".git")
    ref = await bench.capture()
    held = await bench.held(ref)
    assert held[b"kept"] == b"tracked\n"
    await bench.open_tool()
    bench.repo.write("kept", "by the agent\n")
    bench.repo.write("file 1", "by the agent\n")
    await bench.close_tool()
    await bench.restore(ref)
    assert bench.repo.read("kept") == "tracked\n"
    assert fingerprint(bench.root / ".git") == before


async def test_questions_leave_both_parts_alone(bench: Bench):
    bench.repo.write("new", "new\n")
    bench.repo.write("file 2", "changed\n")
    before = staged(bench)
    index = fingerprint(bench.root / ".git")
    status = await bench.workspace.status(bench.root)
    await bench.workspace.diff(bench.root)
    assert len(status.files) == 3
    await bench.workspace.commit_expectation(bench.root, None, bench.environ)
    assert staged(bench) == before
    assert fingerprint(bench.root / ".git").keys() >= index.keys()


@pytest.mark.parametrize("paths", [None, ["file 1"]])
async def test_a_commit_leaves_an_index_that_can_be_read(bench: Bench, paths: list[str] | None):
    bench.repo.write("file 1", "changed\n")
    bench.repo.write("new", "new\n")
    done = await bench.workspace.commit(bench.root, "work", paths, bench.environ | IDENTITY)
    assert bench.repo.git("rev-parse", "HEAD").strip() == done.commit
    left = bench.repo.git("status", "--porcelain").splitlines()
    assert left == ([] if paths is None else ["A  staged", "?? new"])
    assert bench.repo.git("ls-files", "-s").count("\n") == (24 if paths is None else 23)


async def test_a_commit_that_a_hook_refuses_leaves_what_is_staged(bench: Bench):
    hook = bench.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    bench.repo.write("file 1", "changed\n")
    before = staged(bench)
    with pytest.raises(ExternalFailure, match="hook"):
        await bench.workspace.commit(bench.root, "work", ["file 1"], bench.environ | IDENTITY)
    assert staged(bench) == before

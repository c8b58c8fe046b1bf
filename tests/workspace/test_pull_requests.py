"""Pull requests through a program on the path, which is never asked what it would have to ask."""

import os
from pathlib import Path

import attrs
import pytest

from peon.errors import ExternalFailure
from peon.providers.programs import Programs
from peon.workspace.pull_requests import Openers, PullRequest, PullRequestWish, open_pull_request
from support.bench import Bench
from support.forges import Forge
from support.houses import add_remote
from support.repositories import Repo, fingerprint

WISH = PullRequestWish("Plant roses", "- Plant them\n", None, draft=False)


@attrs.frozen
class Garden:
    """A branch with a commit that its remote does not have, and a forge that knows the remote."""

    bench: Bench
    remote: Repo
    forge: Forge

    async def open(
        self, wish: PullRequestWish = WISH, said: list[tuple[str, str]] | None = None
    ) -> PullRequest:
        environ = {**self.bench.environ, "GH_FORCE_TTY": "1"}
        repository = await self.bench.workspace.repository(self.bench.root)
        programs = Programs(shell_path=self.forge.path)
        heard = [] if said is None else said
        return await open_pull_request(
            repository,
            wish,
            environ,
            Openers(lambda name: programs.find(name, environ), programs.path(environ)),
            lambda stream, text: heard.append((stream, text)),
        )

    async def failing(self, wish: PullRequestWish = WISH) -> ExternalFailure:
        """Why it fails; the files are as they were, and so is the index."""
        before = fingerprint(self.bench.root / ".git" / "index")
        with pytest.raises(ExternalFailure) as failed:
            await self.open(wish)
        assert failed.value.remedy
        assert fingerprint(self.bench.root / ".git" / "index") == before
        return failed.value

    def lives_at(self, url: str) -> None:
        """What the remote is called; where it is pushed to stays."""
        push = str(self.remote.root)
        self.bench.repo.git("config", "remote.origin.url", url)
        self.bench.repo.git("config", "remote.origin.pushurl", push)

    def pushed(self, branch: str = "topic") -> str:
        return self.remote.git("rev-parse", "--verify", "-q", branch, check=False).strip()


@pytest.fixture
def garden(bench: Bench, tmp_path: Path) -> Garden:
    bench.repo.commit("Begin")
    made = Garden(bench, add_remote(bench.repo, tmp_path / "remote"), Forge(tmp_path / "forge"))
    bench.repo.git("push", "-q", "-u", "origin", "main")
    bench.repo.git("checkout", "-q", "-b", "topic")
    bench.repo.write("rose", "red\n")
    bench.repo.commit("Plant a rose")
    made.lives_at("https://github.com/ada/garden.git")
    made.forge.install("gh", "glab")
    made.forge.log_in("github.com")
    return made


async def test_it_is_pushed_and_opened(garden: Garden):
    said: list[tuple[str, str]] = []
    made = await garden.open(WISH, said)

    assert made == PullRequest("https://github.com/ada/garden/pull/1", "topic", existing=False)
    assert garden.pushed() == garden.bench.repo.git("rev-parse", "HEAD").strip()
    assert garden.bench.repo.git("rev-parse", "--abbrev-ref", "topic@{u}").strip() == "origin/topic"
    request = garden.forge.request("topic")
    assert (request["title"], request["body"]) == ("Plant roses", "- Plant them\n")
    assert {"base", "draft"}.isdisjoint(request)
    assert ("stderr", "Creating pull request for topic\n") in said


async def test_base_and_draft(garden: Garden):
    await garden.open(PullRequestWish("Plant", "", "develop", draft=True))
    request = garden.forge.request("topic")

    assert (request["base"], request["draft"], request["body"]) == ("develop", None, "")


async def test_nothing_can_ask(garden: Garden):
    """No input, no terminal, and told so; nothing on the path that lies in the folder."""
    await garden.open()

    [call] = garden.forge.calls
    assert (call.terminal, call.stdin) == (False, "")
    assert call.environ["GH_PROMPT_DISABLED"] == call.environ["NO_PROMPT"] == "1"
    assert call.environ["GIT_TERMINAL_PROMPT"] == "0"
    assert call.environ["GH_FORCE_TTY"] is None
    assert all(each.startswith("/") for each in (call.environ["PATH"] or "").split(os.pathsep))


async def test_words_are_values_whatever_they_look_like(garden: Garden):
    wish = PullRequestWish("--web", "--repo=evil/evil; $(touch canary)", None, draft=False)
    await garden.open(wish)
    request = garden.forge.request("topic")

    assert (request["title"], request["body"]) == (wish.title, wish.body)
    assert not garden.bench.repo.exists("canary")


async def test_what_is_pushed_already_is_not_pushed_again(garden: Garden):
    """The remote has the branch; a push would fail, for it is taken away."""
    garden.bench.repo.git("push", "-q", "-u", "origin", "topic")
    hook = garden.bench.repo.write(".git/hooks/pre-push", "#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)

    assert (await garden.open()).url.endswith("/1")


async def test_commits_that_the_remote_lacks_are_pushed(garden: Garden):
    garden.bench.repo.git("push", "-q", "-u", "origin", "topic")
    head = garden.bench.repo.commit("More")
    await garden.open()

    assert garden.pushed() == head


async def test_one_that_is_open_is_told_of(garden: Garden):
    first = await garden.open()
    head = garden.bench.repo.commit("More")
    again = await garden.open(PullRequestWish("Another title", "", None, draft=False))

    assert again == attrs.evolve(first, existing=True)
    assert garden.forge.request("topic")["title"] == "Plant roses"
    assert garden.pushed() == head


async def test_one_that_is_closed_is_not(garden: Garden):
    await garden.open()
    garden.forge.close("topic")

    assert (await garden.failing()).code == "pullRequest.failed"


async def test_gitlab(garden: Garden):
    garden.lives_at("git@gitlab.example.org:ada/garden.git")
    garden.forge.log_in("gitlab.example.org")
    made = await garden.open(PullRequestWish("Plant", "", "main", draft=True))
    request = garden.forge.request("topic")

    assert made.url == "https://gitlab.com/ada/garden/-/merge_requests/1"
    assert (request["description"], request["target-branch"]) == ("Plant", "main")
    assert {"draft", "yes"} <= request.keys()
    again = await garden.open()
    assert again == attrs.evolve(made, existing=True)


@pytest.mark.parametrize(
    "host, url",
    [
        ("git.example.org", "ssh://git@git.example.org:2222/ada/garden.git"),
        ("code.example.org", "https://ada:secret@code.example.org/ada/garden"),
    ],
)
async def test_a_host_that_does_not_say_what_it_is(garden: Garden, host: str, url: str):
    garden.lives_at(url)
    assert (await garden.failing()).code == "pullRequest.needsLogin"
    assert garden.pushed() == ""
    garden.forge.log_in(host)
    await garden.open()

    assert garden.forge.calls[-2].words == ("auth", "status", "--hostname", host)


@pytest.mark.parametrize("url", ["/somewhere/else", "file:///somewhere", "../beside"])
async def test_a_remote_that_takes_none(garden: Garden, url: str):
    garden.lives_at(url)

    assert (await garden.failing()).code == "git.noRemote"


async def test_without_a_program_nothing_is_pushed(garden: Garden):
    """One that lies in the folder is not one that is installed."""
    for name in ("gh", "glab"):
        (Path(garden.forge.path) / name).unlink()
        garden.bench.repo.write(name, "#!/bin/sh\ntouch canary\n").chmod(0o755)
    failed = await garden.failing()

    assert failed.code == "pullRequest.noProgram"
    assert "https://cli.github.com" in (failed.remedy or "")
    assert garden.pushed() == ""
    assert not garden.bench.repo.exists("canary")


async def test_nobody_logged_in(garden: Garden):
    (garden.forge.home / "hosts").write_text("")
    failed = await garden.failing()

    assert failed.code == "pullRequest.needsLogin"
    assert "gh auth login" in (failed.remedy or "")


async def test_what_the_program_says_is_told(garden: Garden):
    failed = await garden.failing(PullRequestWish("Plant", "", "nowhere", draft=False))

    assert failed.code == "pullRequest.failed"
    assert "No commits between nowhere and topic" in failed.detail


@pytest.mark.parametrize("base", ["-x", "--web", "a..b", "a b", ""], ids=repr)
async def test_a_base_is_the_name_of_a_branch(garden: Garden, base: str):
    assert (await garden.failing(PullRequestWish("T", "", base, draft=False))).code == (
        "git.badBranch"
    )
    assert garden.forge.calls == []


async def test_on_no_branch(garden: Garden):
    garden.bench.repo.git("checkout", "-q", "--detach")

    assert (await garden.failing()).code == "git.noBranch"


async def test_a_push_that_is_rejected_opens_nothing(garden: Garden):
    garden.remote.write("hooks/pre-receive", "#!/bin/sh\necho not today\nexit 1\n").chmod(0o755)

    assert (await garden.failing()).code == "git.rejected"
    assert garden.forge.calls == []


async def test_without_a_remote(garden: Garden):
    garden.bench.repo.git("remote", "remove", "origin")

    assert (await garden.failing()).code == "git.noRemote"

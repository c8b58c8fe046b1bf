"""`peon doctor`: what is there, what is missing, what stands still, and what to do about it."""

from pathlib import Path

from support.command_line import CommandLine, Spawned, contents, peon, segment_of
from support.programs import make_program


def test_a_new_machine_is_in_order(peon_here: CommandLine):
    done = peon_here("doctor")
    assert done.code == 0, done.out
    assert "git version" in done.out
    assert "agent script: Script" in done.out
    assert "not there yet" in done.out
    assert not peon_here.state.exists()


def test_a_state_in_use_is_described_and_left_alone(peon_with_history: CommandLine):
    before = contents(peon_with_history.state)
    done = peon_with_history("doctor")
    assert done.code == 0, done.out
    assert "no server is running" in done.out
    assert "1 thread in 1 project" in done.out
    assert contents(peon_with_history.state) == before


def test_without_git_there_is_a_problem(peon_here: CommandLine, tmp_path: Path):
    done = peon_here("doctor", env={"PATH": str(tmp_path)})
    assert done.code == 1
    assert "git is not installed" in done.out
    assert "Install git" in done.out


def test_the_owner_is_named(peon_with_history: CommandLine):
    with peon_with_history.serve() as server:
        server.begin()
        done = peon_with_history("doctor")
    assert f"process {server.process.pid}" in done.out


def test_a_damaged_log_is_a_problem(peon_with_history: CommandLine):
    segment = segment_of(peon_with_history.state)
    log = bytearray(segment.read_bytes())
    log[len(log) // 2] ^= 1
    segment.write_bytes(log)
    done = peon_with_history("doctor")
    assert done.code == 1
    assert f"{segment} is damaged" in done.out
    assert "Traceback" not in done.err


def test_a_question_that_waits_is_shown_and_after_a_crash_a_turn_cut_off(
    peon_here: CommandLine, project: Path
):
    with peon_here.serve() as server:
        _ask_for(server, "write a.txt one", project)
        server.event("action.requested")
        waiting = peon_here("doctor")
        server.process.kill()
        server.process.wait()
        cut_off = peon_here("doctor")
    assert waiting.code == cut_off.code == 0
    assert "waits for an answer" in waiting.out
    assert "Write a.txt" in waiting.out
    assert "turn 1 was cut off with its server" in cut_off.out
    assert "The next start of the server settles it." in cut_off.out


def test_a_folder_that_is_gone_and_a_state_that_others_may_read_ask_for_attention(
    peon_here: CommandLine, project: Path
):
    with peon_here.serve() as server:
        server.begin().result("project/create", root=str(project))
        server.result("shutdown")
    project.rmdir()
    peon_here.state.chmod(0o755)
    done = peon_here("doctor")
    assert done.code == 0
    assert f"{project} is gone" in done.out
    assert "others may read it" in done.out


def test_a_state_folder_that_is_a_file_is_a_problem(tmp_path: Path):
    (tmp_path / "state").write_text("mine")
    done = peon("doctor", "--state-dir", str(tmp_path / "state"))
    assert done.code == 1
    assert "it is not a folder" in done.out
    assert contents(tmp_path).keys() == {"state"}


def _ask_for(server: Spawned, prompt: str, project: Path) -> None:
    server.begin()
    made = server.result("project/create", root=str(project))
    thread = server.result("thread/create", projectId=made["projectId"], provider="script")
    server.result("turn/start", threadId=thread["threadId"], prompt=prompt)


def test_it_says_what_is_kept_and_what_goes_when(peon_with_history: CommandLine, home: Path):
    with peon_with_history.serve() as server:
        server.begin()
        [thread] = server.result("thread/list")["threads"]
        server.result("thread/delete", threadId=thread["threadId"])
    done = peon_with_history("doctor")
    assert "history is whole since" in done.out
    assert "checkpoints of 1 folder: " in done.out
    assert "kept for 90 days, and at most 5.0 GB for each" in done.out
    assert (
        "nothing goes by itself, but what deleted threads held is erased after 30 days" in done.out
    )
    assert f"deleted thread {thread['threadId']}: erased from" in done.out

    settings = home / ".config" / "peon" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("[history]\nkeep-days = 90\nkeep-megabytes = 500\n")
    done = peon_with_history("doctor")
    assert "events go that are older than 90 days or beyond 500.0 MB" in done.out


def test_settings_that_cannot_be_understood_are_a_problem_and_nothing_is_served(
    peon_with_history: CommandLine, home: Path
):
    settings = home / ".config" / "peon" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("[history]\nkeep-day = 90\n")
    done = peon_with_history("doctor")
    assert done.code == 1
    assert "there is no setting history.keep-day" in done.out
    with peon_with_history.serve() as server:
        refused = server.ask("initialize", capabilities={})
    assert str(settings) in refused["error"]["message"]


def test_every_agent_is_looked_for_and_what_is_missing_says_how_it_is_installed(
    peon_here: CommandLine, home: Path
):
    agent = make_program(home / "bin", "opencode")
    settings = home / ".config" / "peon"
    settings.mkdir(parents=True)
    (settings / "agents.toml").write_text("[bad]\nargs = []\n")
    done = peon_here("doctor", env={"PATH": f"/usr/bin:/bin:{agent.parent}"})
    assert done.code == 0, done.out
    assert "agent opencode: OpenCode (taken where none is named)" in done.out
    assert "agent gemini: gemini is not installed" in done.out
    assert "npm install -g @google/gemini-cli@" in done.out
    assert "agent 'bad' has no command" in done.out

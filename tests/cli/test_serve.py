"""`peon serve` as an editor starts it: its exit codes, and what it says where it cannot begin."""

from pathlib import Path

from support.command_line import CommandLine, Message, contents, segment_of

REFUSED, STORE_FAILED = -32803, -32603


def refusal(peon_here: CommandLine) -> tuple[Message, int, str]:
    """The error of `initialize`, the exit code, and what stderr said."""
    with peon_here.serve() as server:
        answer = server.ask("initialize", capabilities={})
        again = server.ask("project/list")
        server.send(method="exit")
        _, err = server.process.communicate()
        code = server.process.wait()
    assert again["error"] == answer["error"]
    return answer["error"], code, err.decode()


def test_it_leaves_with_0_after_shutdown(peon_here: CommandLine):
    with peon_here.serve() as server:
        server.begin()
        assert server.ask("shutdown")["result"] is None
        server.send(method="exit")
        assert server.process.wait() == 0


def test_it_leaves_with_1_without_shutdown(peon_here: CommandLine):
    with peon_here.serve() as server:
        server.begin().send(method="exit")
        assert server.process.wait() == 1


def test_it_leaves_when_its_input_ends(peon_here: CommandLine):
    with peon_here.serve() as server:
        server.begin()
        server.process.communicate()
        assert server.process.returncode == 1


def test_a_second_server_is_refused_and_the_editor_is_told_why(peon_here: CommandLine):
    with peon_here.serve() as owner:
        owner.begin()
        error, code, err = refusal(peon_here)
        assert owner.result("server/status")["health"] == "ok"
    assert (error["code"], error["data"]["kind"], code) == (REFUSED, "unavailable", 1)
    assert f"process {owner.process.pid}" in error["message"]
    assert error["data"]["remedy"] in error["message"]
    assert error["message"] in err


def test_a_damaged_log_is_refused_by_file_and_byte(peon_with_history: CommandLine):
    segment = segment_of(peon_with_history.state)
    log = bytearray(segment.read_bytes())
    log[len(log) // 2] ^= 1
    segment.write_bytes(log)
    before = segment.read_bytes()

    error, code, err = refusal(peon_with_history)

    assert (error["code"], error["data"]["kind"], code) == (STORE_FAILED, "store.failed", 1)
    assert f"{segment} is damaged at byte" in error["message"]
    assert "Traceback" not in err
    assert segment.read_bytes() == before


def test_a_state_folder_that_is_a_file_is_refused(tmp_path: Path):
    (tmp_path / "state").write_text("mine")
    error, code, _ = refusal(CommandLine(tmp_path / "state"))
    assert (error["code"], code) == (REFUSED, 1)
    assert error["data"]["remedy"]
    assert contents(tmp_path).keys() == {"state"}

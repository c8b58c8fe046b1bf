"""The state folder is made, private and the user's own, or refused with a remedy."""

import os
import stat
from pathlib import Path

import pytest

from peon.errors import Unavailable
from peon.runtime.settings import Settings


def test_the_usual_state_is_kept_in_the_users_own_folder(home: Path):
    settings = Settings.at(None)

    assert settings.state_dir.is_relative_to(home.resolve())
    assert settings.state_dir.is_dir()


def test_a_new_state_folder_is_private(tmp_path: Path):
    settings = Settings.at(tmp_path / "deep" / "state")

    assert _mode(settings.state_dir) == 0o700


def test_an_open_state_folder_is_made_private(tmp_path: Path):
    (tmp_path / "state").mkdir(mode=0o755)

    settings = Settings.at(tmp_path / "state")

    assert _mode(settings.state_dir) == 0o700


def test_a_link_to_a_state_folder_is_followed(tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "state").symlink_to(tmp_path / "elsewhere")

    assert Settings.at(tmp_path / "state").state_dir == (tmp_path / "elsewhere").resolve()


def test_a_relative_state_folder_does_not_move_with_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)

    assert Settings.at(Path("state")).state_dir == (tmp_path / "state").resolve()


def test_a_file_is_no_state_folder(tmp_path: Path):
    (tmp_path / "state").write_text("a file")

    assert "not a folder" in _refusal(tmp_path / "state").why


def test_a_folder_below_a_file_cannot_be_made(tmp_path: Path):
    (tmp_path / "file").write_text("a file")

    assert "not a directory" in _refusal(tmp_path / "file" / "state").why


def test_a_folder_of_another_user_is_refused(tmp_path: Path):
    folder = Path("/usr")
    if os.getuid() == 0:
        folder = tmp_path / "state"
        folder.mkdir()
        os.chown(folder, 12345, -1)
    before = _mode(folder)

    assert "owns it" in _refusal(folder).why
    assert _mode(folder) == before


def test_a_folder_that_only_the_system_fills_is_refused():
    assert _refusal(Path("/proc/peon")).what == "the state folder /proc/peon"


@pytest.mark.parametrize("name", ["/", "~"])
def test_a_folder_for_everything_is_refused_and_left_alone(name: str, home: Path):
    folder = Path(name).expanduser()
    home.chmod(0o755)
    before = _mode(folder)

    assert "other things" in _refusal(folder).why
    assert _mode(folder) == before


def _refusal(folder: Path) -> Unavailable:
    with pytest.raises(Unavailable) as caught:
        Settings.at(folder)
    assert "--state-dir" in caught.value.remedy
    return caught.value


def _mode(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)

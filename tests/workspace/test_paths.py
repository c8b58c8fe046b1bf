"""Names survive being shown, and no name leads outside the root."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peon.workspace.paths import ancestors, inside, literal, meant, shown, under


@given(name=st.binary(min_size=1).filter(lambda name: b"\0" not in name))
def test_a_shown_name_means_the_same_file(name: bytes):
    text = shown(name)
    text.encode("utf-8")
    assert meant(text) == name


@given(one=st.binary(min_size=1, max_size=4), two=st.binary(min_size=1, max_size=4))
def test_different_names_are_shown_differently(one: bytes, two: bytes):
    assert (shown(one) == shown(two)) == (one == two)


def test_ordinary_names_are_shown_as_they_are():
    assert shown(b"src/caf\xc3\xa9 \\ x.py") == "src/café \\ x.py"
    assert shown(b"\xff\n") == '"\\377\\n"'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root beside a folder that is not in it, with links to and fro."""
    (tmp_path / "outside").mkdir()
    root = tmp_path / "root"
    (root / "inner").mkdir(parents=True)
    (root / "file").touch()
    (root / "link to file").symlink_to("file")
    (root / "link to inner").symlink_to("inner")
    (root / "link out").symlink_to("../outside")
    (root / "dangling out").symlink_to("../outside/missing")
    (root / "circle").symlink_to("circle")
    (tmp_path / "alias").symlink_to(root)
    return root


@pytest.mark.parametrize(
    "path,expected",
    [
        ("file", b"file"),
        ("inner/new/deep", b"inner/new/deep"),
        ("./inner/../file", b"file"),
        ("link to file", b"file"),
        ("link to inner/new", b"inner/new"),
        ("", b""),
        (".", b""),
        ("missing/../file", b"file"),
        ("..", None),
        ("../outside/x", None),
        ("../root", b""),
        ("../root2", None),
        ("/etc/passwd", None),
        ("link out/x", None),
        ("link out", None),
        ("dangling out", None),
        ("inner/../../outside", None),
        ("link to inner/../../outside", None),
        ("circle", None),
        ("circle/x", None),
        ("nul\0byte", None),
    ],
)
def test_a_path_is_resolved_as_a_program_would(root: Path, path: str, expected: bytes | None):
    assert inside(root, path) == expected


def test_absolute_paths_and_aliases_of_the_root_are_understood(root: Path):
    assert inside(root, str(root / "file")) == b"file"
    assert inside(root.parent / "alias", str(root / "file")) == b"file"
    assert inside(root, str(root.parent / "alias" / "file")) == b"file"


def test_a_literal_path_follows_no_link(root: Path):
    assert literal(root, "link to file") == b"link to file"
    assert literal(root, str(root / "inner" / ".." / "x")) == b"x"
    assert literal(root, "../outside") is None
    assert literal(root, ".") is None


def test_below_and_above():
    assert under(b"a/b", b"a")
    assert under(b"a", b"a")
    assert under(b"a", b"")
    assert not under(b"ab", b"a")
    assert ancestors(b"a/b/c") == (b"a", b"a/b")

"""Puts the server into the extension: `bundled/`, from which `make vsix` packs it.

`bundled/libs` holds Peon and every package that it needs of pure Python, pinned by hash. Four are
compiled. Shipping them would take a build for every system and every version of Python; they stay
with the interpreter, and `bundled/compiled.txt` names them, so that the extension can install them
where the interpreter has none.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUNDLED = HERE / "bundled"
LIBRARIES = BUNDLED / "libs"

COMPILED = frozenset({"msgspec", "orjson", "pydantic-core", "zstandard"})
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install")
TARGET = ("--target", str(LIBRARIES), "--no-deps", "--no-compile")


def main() -> None:
    requirements = (ROOT / ".ci/requirements/runtime.txt").read_text(encoding="utf-8")
    made_of = BUNDLED / "requirements.txt"
    if not made_of.exists() or made_of.read_text(encoding="utf-8") != requirements:
        shutil.rmtree(BUNDLED, ignore_errors=True)
        LIBRARIES.mkdir(parents=True)
        _install_requirements(requirements)
        made_of.write_text(requirements, encoding="utf-8")
    _install_peon()
    _clean()


def _install_requirements(requirements: str) -> None:
    entries = _entries(requirements)
    compiled = [text for name, text in entries if name in COMPILED]
    if len(compiled) != len(COMPILED):
        raise SystemExit("A compiled package is no longer pinned: look at COMPILED in bundle.py.")
    (BUNDLED / "compiled.txt").write_text("".join(compiled), encoding="utf-8")
    # What is for one system only is small and pure: every system gets it.
    pure = "".join(
        re.sub(r" ; .*(?= \\$)", "", text, count=1, flags=re.MULTILINE)
        for name, text in entries
        if name not in COMPILED
    )
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(pure)
        file.flush()
        checked = ("--require-hashes", "--only-binary", ":all:", "-r", file.name)
        subprocess.run([*PIP, *TARGET, *checked], check=True)


def _entries(text: str) -> list[tuple[str, str]]:
    """Each requirement's name, and its lines."""
    parts = re.split(r"\n(?=\S)", text.rstrip())
    return [(part.split("==", 1)[0], part + "\n") for part in parts]


def _install_peon() -> None:
    for old in list(LIBRARIES.glob("peon*")):
        shutil.rmtree(old)
    subprocess.run([*PIP, *TARGET, "--no-build-isolation", str(ROOT)], check=True)


def _clean() -> None:
    """Leave what is imported, and what says whose it is and under which licence."""
    shutil.rmtree(LIBRARIES / "bin", ignore_errors=True)
    for cache in list(LIBRARIES.rglob("__pycache__")):
        shutil.rmtree(cache)
    # Where a package came from is nobody's business, and differs from machine to machine.
    for name in ("direct_url.json", "REQUESTED", "INSTALLER", "RECORD"):
        for path in list(LIBRARIES.glob(f"*.dist-info/{name}")):
            path.unlink()
    native = [path.name for path in LIBRARIES.rglob("*") if path.suffix in {".so", ".pyd"}]
    if native:
        raise SystemExit(f"These are compiled, and belong into COMPILED: {native}")


if __name__ == "__main__":
    main()

"""The checkpoint store: a git object store of our own for one folder, deaf to every configuration.

None of the user's configuration, attributes, hooks or filters reaches it: files are stored as the
bytes they are. The chain of captures is its one branch; each unit (the root, and every repository
nested in it) has its own index here, never the user's.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import attrs

from peon.errors import ExternalFailure
from peon.workspace.contents import Answers, BlobReader, not_kept
from peon.workspace.entries import GITLINK, Entry
from peon.workspace.git import MIB, Argument, Call, Git, GitResult
from peon.workspace.holding import take_lock
from peon.workspace.loose import commit, folders_tree, write_object
from peon.workspace.room import Room
from peon.workspace.stored import StoredObjects
from peon.workspace.trees import Trees, Unreadable
from peon.workspace.waiting import to_the_end

NOT_STORED = "checkpoint.notStored"
"""The code of the failure when the disk refuses what a capture must write."""

CHAIN = "refs/heads/captures"
SCRATCH = b".peon~"
"""How the names of files begin that a restore holds for a moment; no capture sees them."""

_CONFIG = """[core]
\trepositoryFormatVersion = 0
\tbare = true
\tfileMode = true
\tsymlinks = true
\tautocrlf = false
\teol = lf
\tsafecrlf = false
\tfsmonitor = false
\tuntrackedCache = false
\thooksPath = /dev/null
\tattributesFile = /dev/null
\texcludesFile = /dev/null
\tprecomposeUnicode = false
\tignoreCase = false
\tprotectHFS = false
\tprotectNTFS = false
\tlogAllRefUpdates = false
\tsplitIndex = false
\tfsyncMethod = batch
[gc]
\tauto = 0
[maintenance]
\tauto = false
[commit]
\tgpgSign = false
[user]
\tname = Peon
\temail = peon@localhost
"""

# Highest in precedence, so that no .gitattributes in the folder turns a filter or a conversion on.
_ATTRIBUTES = "* -text -filter !diff !merge -ident -crlf !working-tree-encoding\n"
_LEFT_BEHIND = (
    "*.lock",
    "refs/heads/*.lock",
    "refs/heads/*.draft",
    "objects/??/tmp_*",
    "objects/pack/tmp_*",
)
"""What a killed git leaves in a store; nobody else is at work in ours."""

_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(512 * MIB), "MALLOC_TOP_PAD_": str(4 * MIB)}
"""Have git keep the memory it has: it compresses each file with a new buffer, and to give that back
to the system each time is a third of a first capture.
"""

_READING_SECONDS = 600.0
_BUFFER = 256 * 1024
_EXCLUDES = f"{SCRATCH.decode()}*\n"


@attrs.frozen
class View:
    """What a git call of the store looks at: a work tree through an index of ours."""

    work_tree: Path
    index: Path


def store_folder(checkpoints: Path, root: Path) -> Path:
    """Where the store of the folder with this real path lies."""
    return checkpoints / hashlib.sha256(os.fsencode(root)).hexdigest()[:32]


class CheckpointStore:
    """Objects, indexes and the chain of one folder. Held by one process at a time."""

    def __init__(self, git: Git, folder: Path) -> None:
        self._git = git
        self.folder = folder
        self._lock: int | None = None
        self.room = Room(folder)
        self.trees = Trees(self.objects / "objects")

    @property
    def objects(self) -> Path:
        """The bare repository inside the store's folder."""
        return self.folder / "objects.git"

    def open(self, root: Path) -> None:
        """Make the store if there is none, take its lock, and clear what a killed git left behind.

        Raises Unavailable when another process holds it.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = take_lock(self.folder / "lock")
        _lay_out(self.objects)
        (self.folder / "root").write_bytes(os.fsencode(root))
        self.clear_left_behind()
        self.room.look()

    def clear_left_behind(self) -> None:
        """Remove what a killed git left. None of ours may be at work."""
        for stale in (found for pattern in _LEFT_BEHIND for found in self.objects.glob(pattern)):
            stale.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the lock."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    # ---- calls ---------------------------------------------------------------------------------

    def _environment(self, view: View | None) -> dict[str, str]:
        env = {
            "PATH": self._git.path,
            "LC_ALL": "C",
            "HOME": str(self.folder / "nobody"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_DIR": str(self.objects),
            **_MEMORY,
        }
        if view is not None:
            env |= {"GIT_WORK_TREE": str(view.work_tree), "GIT_INDEX_FILE": str(view.index)}
        return env

    def _call(self, argv: Sequence[Argument], view: View | None = None) -> Call:
        cwd = view.work_tree if view is not None else self.objects
        return Call(argv=["--no-pager", *argv], cwd=cwd, env=self._environment(view))

    async def git(
        self,
        *argv: Argument,
        view: View | None = None,
        stdin: bytes = b"",
        seconds: float = 60.0,
        accept: Collection[int] = (0,),
    ) -> GitResult:
        """Run git in the store, on a work tree when `view` is given."""
        call = self._call(argv, view)
        return await self._git.run(attrs.evolve(call, stdin=stdin, seconds=seconds, accept=accept))

    # ---- the chain -----------------------------------------------------------------------------

    async def head(self) -> str | None:
        """The newest capture's id."""
        with suppress(FileNotFoundError):
            return (await asyncio.to_thread((self.objects / CHAIN).read_text)).strip()
        return None

    async def append(self, tree: str, parents: Sequence[str], message: str, when: int) -> str:
        """Make a capture the new end of the chain; `when` is in seconds since 1970."""
        with storing():
            content = commit(tree, parents, message, when)
            return await to_the_end(lambda _: self._append(content))

    def _append(self, content: bytes) -> str:
        ref = write_object(self.objects / "objects", "commit", content)
        draft = self.objects / f"{CHAIN}.draft"
        draft.write_text(ref + "\n")
        os.replace(draft, self.objects / CHAIN)
        return ref

    async def messages(self) -> list[tuple[str, str]]:
        """Every capture of the chain as (id, message), oldest first."""
        if await self.head() is None:
            return []
        log = await self.git(
            "log", "--first-parent", "--reverse", "-z", "--format=%H%n%B", CHAIN, "--"
        )
        texts = [record.decode() for record in log.out.split(b"\0") if record]
        return [(text[:40], text[41:]) for text in texts]

    # ---- trees ---------------------------------------------------------------------------------

    async def compose(self, units: Mapping[bytes, str]) -> str:
        """One tree of the trees of all units: the root's under `tree`, the others under
        `nested`.
        """
        with storing():
            return await asyncio.to_thread(self._compose, units)

    def _compose(self, units: Mapping[bytes, str]) -> str:
        nested = [(_flat(path), tree) for path, tree in units.items() if path]
        top = [(b"nested", self._make_tree(nested))] if nested else []
        if b"" in units:
            top.append((b"tree", units[b""]))
        return self._make_tree(top)

    def _make_tree(self, folders: Iterable[tuple[bytes, str]]) -> str:
        return write_object(self.objects / "objects", "tree", folders_tree(folders))

    async def units(self, capture: str) -> dict[bytes, str]:
        """The trees a capture is composed of, by the path of their unit."""
        listed = await self.git("ls-tree", "-z", capture, "tree", "nested/", accept=(0, 128))
        units = {}
        for record in listed.records:
            attributes, name = record.split(b"\t", 1)
            path = b"" if name == b"tree" else _unflat(name.removeprefix(b"nested/"))
            units[path] = attributes.split()[2].decode()
        return units

    async def differences(
        self, old: str, new: str
    ) -> dict[bytes, tuple[Entry | None, Entry | None]]:
        """What stands differently in two composed trees, by path in the folder."""
        try:
            listed = await asyncio.to_thread(self.trees.differences, old, new)
        except Unreadable:
            listed = await self._listed_differences(old, new)
        found: dict[bytes, tuple[Entry | None, Entry | None]] = {}
        for name, pair in listed.items():
            path = real_path(name)
            before, after = found.get(path, (None, None))
            found[path] = (before or pair[0], after or pair[1])
        # A file that moved from one unit to another, as when a folder becomes a repository, is no
        # change.
        return {path: pair for path, pair in found.items() if pair[0] != pair[1]}

    async def _listed_differences(
        self, old: str, new: str
    ) -> dict[bytes, tuple[Entry | None, Entry | None]]:
        raw = await self.git(
            "diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", old, new
        )
        found: dict[bytes, tuple[Entry | None, Entry | None]] = {}
        words = raw.records
        for head, name in zip(words[::2], words[1::2], strict=True):
            old_mode, new_mode, old_oid, new_oid, _ = head[1:].decode().split(" ")
            found[name] = (_entry(old_mode, old_oid), _entry(new_mode, new_oid))
        return found

    async def changed_names(self, old: str, new: str) -> list[bytes]:
        """The paths at which two trees differ; none where one is not kept (any more)."""
        told = await self.git(
            "diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new, accept=(0, 128)
        )
        return told.records

    async def folders(self, capture: str) -> frozenset[bytes]:
        """Every folder that holds something in a capture."""
        listed = await self.git("ls-tree", "-r", "-d", "-z", "--name-only", capture)
        inner = (name for name in listed.records if b"/" in name)
        return frozenset(real_path(name).rstrip(b"/") for name in inner)

    # ---- contents ------------------------------------------------------------------------------

    async def sizes(self, oids: Sequence[str]) -> dict[str, int]:
        """How long these contents are. Raises ExternalFailure for one that is not kept."""
        stdin = b"".join(oid.encode() + b"\n" for oid in oids)
        told = await self.git("cat-file", "--batch-check", stdin=stdin, seconds=_READING_SECONDS)
        found: dict[str, int] = {}
        for oid, line in zip(oids, told.out.splitlines(), strict=True):
            words = line.split()
            if len(words) != 3 or words[1] != b"blob":
                raise not_kept(oid)
            found[oid] = int(words[2])
        return found

    @asynccontextmanager
    async def blobs(self) -> AsyncIterator[BlobReader]:
        """Read contents one after the other; git is started for those that need it."""
        stored = StoredObjects(self.objects / "objects")
        async with AsyncExitStack() as opened:
            opened.callback(stored.close)
            yield BlobReader(stored, lambda: opened.enter_async_context(self._answers()))

    @asynccontextmanager
    async def _answers(self) -> AsyncIterator[Answers]:
        questions, ask = os.pipe()
        answers, answer = os.pipe()
        with os.fdopen(ask, "wb") as asking, os.fdopen(answers, "rb", _BUFFER) as answered:
            try:
                call = self._call(["cat-file", "--batch"])
                process = await self._git.start(call, stdin=questions, stdout=answer)
            finally:
                os.close(questions)
                os.close(answer)
            try:
                async with asyncio.timeout(_READING_SECONDS):
                    yield Answers(asking, answered)
            except TimeoutError:
                raise ExternalFailure("git", "cat-file: too slow", code="git.timedOut") from None
            finally:
                await self._git.stop(process)


def not_stored(why: str) -> ExternalFailure:
    """The failure when the disk refuses what a capture must write."""
    return ExternalFailure(
        "checkpoints",
        f"the checkpoint could not be stored: {why}",
        code=NOT_STORED,
        remedy="Free some space where the server keeps its state, and see that it may write there.",
    )


@contextmanager
def storing() -> Iterator[None]:
    """Say what it means when one of our own files cannot be written."""
    try:
        yield
    except OSError as error:
        raise not_stored(error.strerror or str(error)) from error


def real_path(name: bytes) -> bytes:
    """The path in the folder of a name in a composed tree."""
    if name.startswith(b"tree/"):
        return name[len(b"tree/") :]
    unit, _, rest = name.removeprefix(b"nested/").partition(b"/")
    return _unflat(unit) + b"/" + rest


def tree_paths(path: bytes, units: Collection[bytes]) -> list[bytes]:
    """Where a path of the folder may stand in a composed tree, whichever unit holds it."""
    places = [b"tree/" + path]
    places += [
        b"nested/" + _flat(unit) + b"/" + path[len(unit) + 1 :]
        for unit in units
        if unit and path.startswith(unit + b"/")
    ]
    return places


def _flat(path: bytes) -> bytes:
    return path.replace(b"%", b"%25").replace(b"/", b"%2F")


def _unflat(name: bytes) -> bytes:
    return name.replace(b"%2F", b"/").replace(b"%25", b"%")


def _entry(mode: str, oid: str) -> Entry | None:
    """A file or link; a link to a repository, which only a race can bring here, counts as
    nothing.
    """
    return None if mode in ("000000", GITLINK) else Entry(mode, oid)


def _lay_out(objects: Path) -> None:
    """Write the few files that make a folder a bare repository, where they are not there yet."""
    for folder in ("objects/info", "objects/pack", "refs/heads", "info"):
        (objects / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in (
        ("config", _CONFIG),
        ("info/attributes", _ATTRIBUTES),
        ("info/exclude", _EXCLUDES),
        ("HEAD", f"ref: {CHAIN}\n"),
    ):
        file = objects / name
        if not file.exists() or file.read_text() != text:
            file.write_text(text)

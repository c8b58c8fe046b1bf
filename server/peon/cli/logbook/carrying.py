"""`peon log export` and `import`: a whole log in one file, to keep it or to go on elsewhere."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, cast

from peon.cli.complaints import complain
from peon.cli.logbook.bars import CountedFile, progress_bar
from peon.cli.reading import state_folder
from peon.errors import PeonError, Unavailable
from peon.journal.failures import cannot_open
from peon.journal.transfer import Transferred, export_log, import_log
from peon.runtime.settings import prepare_state_dir

_UNFINISHED: Final = ".part"


def export_to(state_dir: Path | None, file: Path) -> int:
    """Write the log into a new file, which has its name only when it is whole; the exit code."""
    return _carried("exported", file, lambda: _export(state_folder(state_dir), file))


def import_from(state_dir: Path | None, file: Path) -> int:
    """Make the log in the file that of a state folder without one; the exit code."""
    return _carried("imported", file, lambda: _import(state_folder(state_dir), file))


def _carried(done: str, file: Path, carry: Callable[[], Transferred]) -> int:
    try:
        carried = carry()
    except PeonError as error:
        complain(error)
        return 1
    except OSError as error:
        complain(cannot_open(file, error))
        return 1
    sys.stdout.write(
        f"{done} the log {carried.log_id}: {carried.events} events and {carried.values} values "
        "stored apart\n"
    )
    return 0


def _export(folder: Path, file: Path) -> Transferred:
    if file.exists():
        raise Unavailable(f"the file {file}", "it is there already", "Name one that is not.")
    part = file.with_name(file.name + _UNFINISHED)
    try:
        # What it holds is as private as the log.
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as output, progress_bar("exporting") as bar:
            carried = export_log(folder, cast(BinaryIO, CountedFile(output, bar)))
            output.flush()
            os.fsync(output.fileno())
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    return carried


def _import(folder: Path, file: Path) -> Transferred:
    with file.open("rb") as source:
        prepare_state_dir(folder)
        # It is read twice: nothing is changed before all of it has been checked.
        total = 2 * os.fstat(source.fileno()).st_size
        with progress_bar("importing", total) as bar:
            return import_log(folder, cast(BinaryIO, CountedFile(source, bar)))

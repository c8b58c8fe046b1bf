"""`peon log --verify`: whether every byte of the log is as it was written."""

import sys
from pathlib import Path

from peon.cli.complaints import complain
from peon.cli.logbook.bars import progress_bar
from peon.cli.logbook.listing import NOTHING_YET
from peon.cli.reading import state_folder
from peon.errors import PeonError
from peon.journal.failures import cannot_open
from peon.journal.inspection import Progress, Verification, verify


def verify_log(state_dir: Path | None) -> int:
    """Check every byte of the log, and say what was found; the exit code."""
    folder = state_folder(state_dir)
    try:
        with progress_bar("checking") as bar:

            def tell(progress: Progress) -> None:
                bar.reached(progress.done, progress.total)

            found = verify(folder, progress=tell)
    except PeonError as error:
        complain(error)
        return 1
    except OSError as error:
        complain(cannot_open(folder, error))
        return 1
    return _tell_verification(folder, found)


def _tell_verification(folder: Path, found: Verification) -> int:
    if found.log_id is None and found.sound:
        sys.stderr.write(NOTHING_YET.format(folder=folder))
        return 0
    kept = f"events {found.base + 1} to {found.head}" if found.head > found.base else "no events"
    _say(
        f"log {found.log_id}: {kept} in {found.segments} segments, "
        f"{found.snapshots} snapshots, {found.values} values stored apart"
    )
    if found.unfinished:
        _say(
            f"the last write is not whole ({found.unfinished} bytes): it is being written now, or "
            "was cut off, and then the next start sets it aside"
        )
    for problem in found.problems:
        _say(f"{problem.path} is damaged at byte {problem.byte}: {problem.why}")
    if found.problems:
        _say(
            "Nothing was changed. Restore these files from a backup, or run peon log salvage to "
            "keep every event that can still be read."
        )
        return 1
    _say("every checksum fits, and nothing is missing")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")

"""The log through crashes: nothing acknowledged is lost, and the laboratory notices when it would
be.
"""

import pytest
from hypothesis import given
from hypothesis.strategies import SearchStrategy

from peon.journal.snapshots import Draft, SnapshotFolder
from support.crashlab import (
    History,
    histories,
    long_histories,
    short_histories,
    snapshot_histories,
    torn_histories,
    violation_of,
)
from support.examples import examples
from support.planted import (
    AcknowledgedBeforeFlushed,
    CacheTrustedAfterFailedFlush,
    CutWithoutFlush,
    FolderNeverFlushed,
    RenamedBeforeFlushed,
    ReopenedWithoutFlush,
    SegmentMadeWithoutFlush,
)
from support.simfs import SimulatedFiles


@pytest.mark.timeout(1800)  # The nightly run takes its time.
@given(histories)
@examples(500, nightly=20_000)
def test_no_history_of_kills_and_power_losses_breaks_a_promise(history: History) -> None:
    assert violation_of(history) is None


@pytest.mark.parametrize(
    "planted, where_it_strikes",
    [
        (FolderNeverFlushed, short_histories),
        (RenamedBeforeFlushed, long_histories),
        (AcknowledgedBeforeFlushed, short_histories),
        (CacheTrustedAfterFailedFlush, short_histories),
        (CutWithoutFlush, torn_histories),
        (ReopenedWithoutFlush, short_histories),
        (SegmentMadeWithoutFlush, short_histories),
    ],
)
def test_a_flush_that_is_left_out_is_noticed(
    planted: type[SimulatedFiles], where_it_strikes: SearchStrategy[History]
) -> None:
    noticed = first_violation(planted, where_it_strikes)
    assert noticed is not None
    assert violation_of(noticed) is None, "it is the planted bug that is noticed"


def test_a_snapshot_trusted_before_its_segments_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    careful = SnapshotFolder.publish

    def hasty(folder: SnapshotFolder, draft: Draft, *, durable: int) -> None:
        careful(folder, draft, durable=max(durable, draft.target.through))

    monkeypatch.setattr(SnapshotFolder, "publish", hasty)
    noticed = first_violation(SimulatedFiles, snapshot_histories)
    monkeypatch.undo()
    assert noticed is not None
    assert violation_of(noticed) is None, "it is the planted bug that is noticed"


def first_violation(files: type[SimulatedFiles], among: SearchStrategy[History]) -> History | None:
    """The first history in which a promise is broken, of far fewer than every run tries."""
    noticed: list[History] = []

    @given(among)
    @examples(150, nightly=3000)
    def look(history: History) -> None:
        if not noticed and violation_of(history, files) is not None:
            noticed.append(history)

    look()
    return noticed[0] if noticed else None

"""Times are written in one form; ids fit everywhere and do not repeat."""

import re
from datetime import UTC, datetime, timedelta, timezone

from peon.runtime.clock import SystemClock, rfc3339
from peon.runtime.ids import CountingIds, RandomIds


def test_a_time_is_written_in_utc_with_milliseconds():
    moment = datetime(2026, 1, 31, 9, 15, 30, 250_999, timezone(timedelta(hours=1)))

    assert rfc3339(moment) == "2026-01-31T08:15:30.250Z"


def test_the_system_tells_time_in_utc_and_never_backwards():
    clock = SystemClock()

    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()


def test_random_ids_fit_everywhere_and_do_not_repeat():
    ids = RandomIds()
    drawn = {ids.fresh() for _ in range(1_000)}

    assert len(drawn) == 1_000
    assert all(re.fullmatch(r"[A-Za-z0-9_.:-]{1,128}", one) for one in drawn)


def test_counting_ids_are_the_same_each_time():
    ids = CountingIds("turn")

    assert [ids.fresh(), ids.fresh()] == ["turn-1", "turn-2"]

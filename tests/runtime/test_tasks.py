"""Tasks: each has an owner and a name, none outlives the owner, none fails in silence."""

import asyncio

import pytest

from peon.runtime.tasks import TaskOwner


async def forever() -> None:
    await asyncio.Event().wait()


async def test_a_task_is_named_after_its_owner():
    owner = TaskOwner("feed")
    task = owner.start(forever(), name="writer")

    assert task.get_name() == "feed/writer"
    await owner.close()


async def test_closing_ends_every_task():
    owner = TaskOwner("feed")
    tasks = [owner.start(forever(), name=str(number)) for number in range(3)]
    assert owner.running == 3

    await owner.close()

    assert all(task.cancelled() for task in tasks)
    assert owner.running == 0


async def test_a_closed_owner_starts_nothing():
    owner = TaskOwner("feed")
    await owner.close()

    with pytest.raises(RuntimeError, match="feed is closed"):
        owner.start(forever(), name="late")


async def test_a_task_that_fails_is_heard(caplog: pytest.LogCaptureFixture):
    async def fail() -> None:
        raise LookupError("nothing there")

    owner = TaskOwner("feed")
    task = owner.start(fail(), name="writer")
    with pytest.raises(LookupError):
        await task
    await owner.close()

    assert "task feed/writer failed" in caplog.text
    assert "nothing there" in caplog.text


async def test_a_task_may_close_its_owner_without_waiting_for_itself():
    owner = TaskOwner("feed")
    await asyncio.wait_for(owner.start(owner.close(), name="last"), timeout=5)

    assert owner.running == 0

"""A thread takes what it is not told from its project, and rests before it is put away."""

import attrs
import pytest

from peon.domain.effects import CloseSession
from peon.domain.facts import ProviderFacts, ProviderObstacle
from peon.domain.threads import UNTITLED
from peon_protocol.commands import ConfigureThread, CreateThread, DeleteProject, DeleteThread
from peon_protocol.events import ProjectConfigured, ThreadConfigured, ThreadCreated, ThreadDeleted
from peon_protocol.ids import ThreadId
from peon_protocol.rejections import (
    ModeNotSupported,
    OperationInProgress,
    ProjectNotFound,
    ProviderNeedsLogin,
    ProviderNotAvailable,
    ProviderUnknown,
    ThreadIdUsed,
    ThreadNotFound,
    TitleBlank,
    TurnInProgress,
)
from peon_protocol.values import Mode, ProjectDefaults, ThreadStatus, TitleSource
from support.given import FRESH, PROVIDERS, Story, given
from support.story import (
    GARDEN,
    OTHER,
    TALK,
    TURN,
    a_checkpoint,
    a_project,
    a_running_turn,
    a_thread,
    a_turn_started,
    an_asking_turn,
    an_ending,
    an_idle_thread,
    an_operation,
)


def test_a_thread_takes_the_server_s_defaults_where_nobody_says_otherwise():
    given(a_project()).when(CreateThread(project_id=GARDEN)).then(
        ThreadCreated(
            thread_id=ThreadId(FRESH),
            project_id=GARDEN,
            title=UNTITLED,
            title_source=TitleSource.SERVER,
            provider="script",
            mode=Mode.ASK,
        )
    )


def test_a_thread_takes_its_project_s_defaults():
    defaults = ProjectDefaults(provider="claude", model="large", mode=Mode.EDITS)
    given(a_project(), ProjectConfigured(project_id=GARDEN, defaults=defaults)).when(
        CreateThread(project_id=GARDEN, thread_id=TALK)
    ).then(
        ThreadCreated(
            thread_id=TALK,
            project_id=GARDEN,
            title=UNTITLED,
            title_source=TitleSource.SERVER,
            provider="claude",
            model="large",
            mode=Mode.EDITS,
        )
    )


def test_what_a_thread_is_told_goes_before_its_project_s_defaults():
    defaults = ProjectDefaults(provider="claude", model="large", mode=Mode.EDITS)
    given(a_project(), ProjectConfigured(project_id=GARDEN, defaults=defaults)).when(
        CreateThread(
            project_id=GARDEN,
            thread_id=TALK,
            title="Roses",
            provider="host",
            model="small",
            mode=Mode.FULL,
        )
    ).then(
        ThreadCreated(
            thread_id=TALK,
            project_id=GARDEN,
            title="Roses",
            title_source=TitleSource.USER,
            provider="host",
            model="small",
            mode=Mode.FULL,
        )
    )


def test_a_thread_needs_a_project():
    given().when(CreateThread(project_id=GARDEN)).refused(ProjectNotFound(GARDEN))


def test_a_deleted_project_takes_no_threads():
    given(a_project(), DeleteProject(project_id=GARDEN)).when(
        CreateThread(project_id=GARDEN)
    ).refused(ProjectNotFound(GARDEN))


def test_a_thread_id_is_used_once():
    given(an_idle_thread()).when(CreateThread(project_id=GARDEN, thread_id=TALK)).refused(
        ThreadIdUsed(TALK)
    )


def test_the_id_of_a_deleted_thread_is_still_used():
    given(an_idle_thread(), DeleteThread(thread_id=TALK)).when(
        CreateThread(project_id=GARDEN, thread_id=TALK)
    ).refused(ThreadIdUsed(TALK))


def test_a_thread_needs_a_provider_that_exists():
    given(a_project()).when(CreateThread(project_id=GARDEN, provider="nobody")).refused(
        ProviderUnknown("nobody")
    )


def facing(obstacle: ProviderObstacle) -> ProviderFacts:
    """The providers, where this keeps the one that is wanted from being used."""
    return attrs.evolve(PROVIDERS, obstacle=obstacle)


def test_a_thread_is_not_opened_with_an_agent_that_is_not_installed():
    obstacle = ProviderNotAvailable("claude", "claude is not installed", "get claude")
    given(a_project()).when(
        CreateThread(project_id=GARDEN, provider="claude"), providers=facing(obstacle)
    ).refused(ProviderNotAvailable("claude", "claude is not installed", "get claude"))


def test_a_thread_is_not_opened_with_an_agent_that_needs_a_log_in():
    obstacle = ProviderNeedsLogin("claude", "no key")
    given(a_project()).when(
        CreateThread(project_id=GARDEN, provider="claude"), providers=facing(obstacle)
    ).refused(ProviderNeedsLogin("claude", "no key"))


def test_a_project_s_default_provider_may_have_gone_since():
    defaults = ProjectDefaults(provider="gone")
    given(a_project(), ProjectConfigured(project_id=GARDEN, defaults=defaults)).when(
        CreateThread(project_id=GARDEN)
    ).refused(ProviderUnknown("gone"))


def test_a_thread_is_not_opened_in_a_mode_its_provider_cannot_keep():
    given(a_project()).when(
        CreateThread(project_id=GARDEN, provider="humble", mode=Mode.PLAN)
    ).refused(ModeNotSupported("humble", Mode.PLAN))


def test_a_thread_title_must_say_something():
    given(a_project()).when(CreateThread(project_id=GARDEN, title="  ")).refused(TitleBlank())


def test_a_thread_is_configured_piece_by_piece_and_a_title_says_who_gave_it():
    told = given(an_idle_thread())

    told.when(ConfigureThread(thread_id=TALK, title="Roses")).then(
        ThreadConfigured(thread_id=TALK, title="Roses", title_source=TitleSource.USER)
    )
    told.when(ConfigureThread(thread_id=TALK, model="large", mode=Mode.FULL)).then(
        ThreadConfigured(thread_id=TALK, model="large", mode=Mode.FULL)
    )

    thread = told.thread()
    assert (thread.title, thread.title_source) == ("Roses", TitleSource.USER)
    assert (thread.model, thread.mode, thread.archived) == ("large", Mode.FULL, False)


def test_configuring_nothing_of_a_thread_changes_nothing():
    given(an_idle_thread()).when(ConfigureThread(thread_id=TALK)).nothing()


def test_archiving_ends_the_session_and_can_be_taken_back():
    told = given(an_idle_thread())

    told.when(ConfigureThread(thread_id=TALK, archived=True)).then(
        ThreadConfigured(thread_id=TALK, archived=True)
    ).reacts(CloseSession(thread_id=TALK))
    told.when(ConfigureThread(thread_id=TALK, archived=False)).then(
        ThreadConfigured(thread_id=TALK, archived=False)
    ).reacts()

    assert not told.thread().archived


def test_a_thread_may_be_configured_while_it_runs():
    told = given(a_running_turn())

    told.when(ConfigureThread(thread_id=TALK, mode=Mode.FULL)).then(
        ThreadConfigured(thread_id=TALK, mode=Mode.FULL)
    )

    running = told.thread().running_turn
    assert running is not None
    assert running.mode is Mode.ASK, "a turn keeps the mode it was started in"


def test_a_thread_that_is_not_there_is_not_configured():
    given().when(ConfigureThread(thread_id=TALK, title="Roses")).refused(ThreadNotFound(TALK))


def test_a_thread_keeps_its_title_rather_than_a_blank_one():
    given(an_idle_thread()).when(ConfigureThread(thread_id=TALK, title=" ")).refused(TitleBlank())


def test_a_thread_is_not_put_in_a_mode_its_provider_cannot_keep():
    given(an_idle_thread(provider="humble")).when(
        ConfigureThread(thread_id=TALK, mode=Mode.PLAN)
    ).refused(ModeNotSupported("humble", Mode.PLAN))


TURNS_AT_WORK = pytest.mark.parametrize(
    "at_work",
    [
        pytest.param((*an_idle_thread(), a_turn_started()), id="before its prompt"),
        pytest.param(a_running_turn(), id="running"),
        pytest.param(an_asking_turn(), id="awaiting approval"),
        pytest.param((*a_running_turn(), an_ending()), id="taking its closing checkpoint"),
    ],
)


@TURNS_AT_WORK
def test_a_thread_with_a_turn_in_progress_is_not_archived(at_work: Story):
    given(at_work).when(ConfigureThread(thread_id=TALK, archived=True)).refused(
        TurnInProgress(TALK, TURN)
    )


def test_a_thread_with_an_operation_under_way_is_not_archived():
    given(an_idle_thread(), an_operation()).when(
        ConfigureThread(thread_id=TALK, archived=True)
    ).refused(OperationInProgress(TALK, "checkpoint"))


def test_a_deleted_thread_leaves_nothing_behind_but_its_used_id():
    told = given(an_idle_thread(), a_checkpoint(), a_thread(OTHER))

    told.when(DeleteThread(thread_id=TALK)).then(ThreadDeleted(thread_id=TALK)).reacts(
        CloseSession(thread_id=TALK)
    )

    assert list(told.model.threads) == [OTHER]
    assert list(told.model.projects[GARDEN].thread_ids) == [OTHER]
    assert TALK in told.model.versions


def test_a_thread_that_is_not_there_is_not_deleted():
    given(an_idle_thread(), DeleteThread(thread_id=TALK)).when(
        DeleteThread(thread_id=TALK)
    ).refused(ThreadNotFound(TALK))


@TURNS_AT_WORK
def test_a_thread_with_a_turn_in_progress_is_not_deleted(at_work: Story):
    given(at_work).when(DeleteThread(thread_id=TALK)).refused(TurnInProgress(TALK, TURN))


def test_a_thread_with_an_operation_under_way_is_not_deleted():
    given(an_idle_thread(), an_operation()).when(DeleteThread(thread_id=TALK)).refused(
        OperationInProgress(TALK, "checkpoint")
    )


def test_a_thread_is_idle_or_running_or_awaits_approval():
    assert given(an_idle_thread()).thread().status is ThreadStatus.IDLE
    assert given(an_idle_thread(), an_operation()).thread().status is ThreadStatus.IDLE
    assert given(a_running_turn()).thread().status is ThreadStatus.RUNNING
    assert given(an_asking_turn()).thread().status is ThreadStatus.AWAITING_APPROVAL

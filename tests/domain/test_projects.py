"""A project is a folder, once; it goes with its threads, and never while one of them works."""

import pytest

from peon.domain.effects import CloseSession
from peon.domain.facts import RootFact
from peon.domain.model import Model
from peon_protocol.commands import ConfigureProject, CreateProject, DeleteProject
from peon_protocol.events import (
    ProjectConfigured,
    ProjectCreated,
    ProjectDeleted,
    ThreadConfigured,
    ThreadDeleted,
)
from peon_protocol.ids import ProjectId
from peon_protocol.rejections import (
    ProjectHasRunningThreads,
    ProjectIdUsed,
    ProjectNotFound,
    ProjectRootInUse,
    ProjectRootUnusable,
    ProviderUnknown,
    TitleBlank,
)
from peon_protocol.values import Mode, ProjectDefaults
from support.given import FRESH, ROOT, Story, given
from support.story import (
    GARDEN,
    OTHER,
    TALK,
    a_checkpoint,
    a_project,
    a_running_turn,
    a_thread,
    an_asking_turn,
    an_ending,
    an_idle_thread,
    an_operation,
)

ORCHARD = ProjectId("orchard")


def test_a_project_is_called_after_its_folder_and_gets_an_id():
    given().when(CreateProject(root=ROOT)).then(
        ProjectCreated(project_id=ProjectId(FRESH), root=ROOT, title="garden")
    )


def test_a_project_may_bring_its_id_and_its_title():
    given().when(CreateProject(root=ROOT, project_id=GARDEN, title="Roses")).then(
        ProjectCreated(project_id=GARDEN, root=ROOT, title="Roses")
    )


def test_a_project_has_the_folder_that_links_lead_to():
    given().when(CreateProject(root="/link"), root=RootFact("/srv/ada/orchard")).then(
        ProjectCreated(project_id=ProjectId(FRESH), root="/srv/ada/orchard", title="orchard")
    )


def test_a_project_id_is_used_once():
    given(a_project()).when(
        CreateProject(root="/b", project_id=GARDEN), root=RootFact("/b")
    ).refused(ProjectIdUsed(GARDEN))


def test_the_id_of_a_deleted_project_is_still_used():
    given(a_project(), DeleteProject(project_id=GARDEN)).when(
        CreateProject(root=ROOT, project_id=GARDEN)
    ).refused(ProjectIdUsed(GARDEN))


def test_the_id_of_a_thread_is_used_for_projects_too():
    given(an_idle_thread()).when(
        CreateProject(root="/b", project_id=ProjectId(TALK)), root=RootFact("/b")
    ).refused(ProjectIdUsed(ProjectId(TALK)))


def test_a_folder_is_one_live_project():
    given(a_project()).when(CreateProject(root="/link/to/garden")).refused(
        ProjectRootInUse(ROOT, GARDEN)
    )


def test_the_folder_of_a_deleted_project_is_free_again():
    given(a_project(), DeleteProject(project_id=GARDEN)).when(
        CreateProject(root=ROOT, project_id=ORCHARD)
    ).then(ProjectCreated(project_id=ORCHARD, root=ROOT, title="garden"))


def test_a_folder_that_cannot_be_a_project_is_refused_with_the_reason():
    given().when(CreateProject(root="/"), root=RootFact("/", "is the whole disk")).refused(
        ProjectRootUnusable("/", "is the whole disk")
    )


def test_a_project_title_must_say_something():
    given().when(CreateProject(root=ROOT, title=" \t")).refused(TitleBlank())


def test_a_project_is_configured_piece_by_piece():
    defaults = ProjectDefaults(provider="claude", model="large", mode=Mode.EDITS)
    told = given(a_project())

    told.when(ConfigureProject(project_id=GARDEN, title="Roses")).then(
        ProjectConfigured(project_id=GARDEN, title="Roses")
    )
    told.when(ConfigureProject(project_id=GARDEN, defaults=defaults)).then(
        ProjectConfigured(project_id=GARDEN, defaults=defaults)
    )

    project = told.model.projects[GARDEN]
    assert (project.title, project.defaults) == ("Roses", defaults)


def test_configuring_nothing_of_a_project_changes_nothing():
    given(a_project()).when(ConfigureProject(project_id=GARDEN)).nothing()


def test_a_project_that_is_not_there_is_not_configured():
    given().when(ConfigureProject(project_id=GARDEN, title="Roses")).refused(
        ProjectNotFound(GARDEN)
    )


def test_a_project_keeps_its_title_rather_than_a_blank_one():
    given(a_project()).when(ConfigureProject(project_id=GARDEN, title="")).refused(TitleBlank())


def test_the_default_provider_of_a_project_must_exist():
    defaults = ProjectDefaults(provider="nobody")
    given(a_project()).when(ConfigureProject(project_id=GARDEN, defaults=defaults)).refused(
        ProviderUnknown("nobody")
    )


def test_a_project_goes_with_its_threads_event_by_event():
    told = given(a_project(), a_thread(TALK), a_thread(OTHER), a_checkpoint(thread_id=OTHER))

    told.when(DeleteProject(project_id=GARDEN)).then(
        ThreadDeleted(thread_id=TALK),
        ThreadDeleted(thread_id=OTHER),
        ProjectDeleted(project_id=GARDEN),
    ).reacts(CloseSession(thread_id=TALK), CloseSession(thread_id=OTHER))

    assert_nothing_is_left(told.model)


def test_the_deletion_of_a_project_alone_leaves_no_orphan_either():
    told = given(
        a_project(),
        a_thread(TALK),
        a_thread(OTHER),
        a_checkpoint(),
        an_operation(thread_id=OTHER),
    )

    told.and_then(ProjectDeleted(project_id=GARDEN))

    assert_nothing_is_left(told.model)


def test_what_is_deleted_with_one_project_stays_with_another():
    told = given(
        a_project(),
        a_project(ORCHARD, "/srv/ada/orchard"),
        a_thread(TALK),
        a_thread(OTHER, project_id=ORCHARD),
    )

    told.and_then(DeleteProject(project_id=GARDEN))

    assert list(told.model.projects) == [ORCHARD]
    assert list(told.model.threads) == [OTHER]


@pytest.mark.parametrize(
    "at_work",
    [
        pytest.param(a_running_turn(), id="running"),
        pytest.param(an_asking_turn(), id="awaiting approval"),
        pytest.param((*a_running_turn(), an_ending()), id="taking its closing checkpoint"),
        pytest.param((*an_idle_thread(), an_operation()), id="operation under way"),
    ],
)
def test_a_project_with_a_thread_at_work_is_not_deleted(at_work: Story):
    given(at_work, a_thread(OTHER)).when(DeleteProject(project_id=GARDEN)).refused(
        ProjectHasRunningThreads(GARDEN, (TALK,))
    )


def test_a_project_that_is_not_there_is_not_deleted():
    given(a_project(), DeleteProject(project_id=GARDEN)).when(
        DeleteProject(project_id=GARDEN)
    ).refused(ProjectNotFound(GARDEN))


def test_an_archived_thread_goes_with_its_project_too():
    given(an_idle_thread(), ThreadConfigured(thread_id=TALK, archived=True)).when(
        DeleteProject(project_id=GARDEN)
    ).then(ThreadDeleted(thread_id=TALK), ProjectDeleted(project_id=GARDEN))


def assert_nothing_is_left(model: Model) -> None:
    assert model.projects == {}
    assert model.threads == {}
    assert model.roots == {}
    assert model.busy == {}
    assert model.outbox == {}

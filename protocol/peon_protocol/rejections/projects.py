"""Why a command about a project was refused."""

from typing import ClassVar

import attrs

from peon_protocol.ids import ProjectId, ThreadId


@attrs.frozen
class ProjectNotFound:
    """The id names no live project."""

    KIND: ClassVar = "project.notFound"
    REMEDY: ClassVar = "List the projects with project/list."
    project_id: ProjectId

    @property
    def message(self) -> str:
        return f"There is no project {self.project_id}."


@attrs.frozen
class ProjectIdUsed:
    """The id was given to a project before, perhaps one deleted since."""

    KIND: ClassVar = "project.idUsed"
    REMEDY: ClassVar = "Leave projectId out and one is made."
    project_id: ProjectId

    @property
    def message(self) -> str:
        return f"The id {self.project_id} is used already."


@attrs.frozen
class ProjectRootInUse:
    """The folder, after resolving links, is the root of a live project; `project_id` names it."""

    KIND: ClassVar = "project.rootInUse"
    REMEDY: ClassVar = "Use the project that has this folder."
    root: str
    project_id: ProjectId

    @property
    def message(self) -> str:
        return f"The folder {self.root} is project {self.project_id} already."


@attrs.frozen
class ProjectRootUnusable:
    """The path cannot be a project's folder. `reason` completes «the folder …»."""

    KIND: ClassVar = "project.rootUnusable"
    REMEDY: ClassVar = "Name an existing folder of your own, by an absolute path."
    root: str
    reason: str

    @property
    def message(self) -> str:
        return f"{self.root} cannot be a project: it {self.reason}."


@attrs.frozen
class ProjectHasRunningThreads:
    """A thread of the project runs, waits for approval, or has an operation under way."""

    KIND: ClassVar = "project.hasRunningThreads"
    REMEDY: ClassVar = "Interrupt those threads first."
    project_id: ProjectId
    thread_ids: tuple[ThreadId, ...]

    @property
    def message(self) -> str:
        return f"Project {self.project_id} has threads at work: {', '.join(self.thread_ids)}."

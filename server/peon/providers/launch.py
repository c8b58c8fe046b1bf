"""How the program of a registry entry is found, and what starts it."""

from collections.abc import Mapping

from peon.providers.port import Available, Missing, NotInstalled
from peon.providers.process import Command
from peon.providers.programs import Programs, version_of
from peon.providers.registry import AgentEntry


class Launch:
    """Starts nothing itself."""

    def __init__(self, entry: AgentEntry, programs: Programs) -> None:
        self._entry = entry
        self._programs = programs

    def availability(self, environment: Mapping[str, str]) -> Available | Missing:
        """Whether the program is there for a client with this environment."""
        program = self._programs.find(self._entry.command, environment)
        return self._missing() if program is None else Available(version_of(program))

    async def command(self, root: str, environment: Mapping[str, str]) -> Command:
        """What starts the agent. Raises NotInstalled."""
        program = self._programs.find(self._entry.command, environment)
        if program is None:
            await self._programs.settle()
            program = self._programs.find(self._entry.command, environment)
        if program is None:
            found = self._missing()
            raise NotInstalled(self._entry.name, found.reason, found.remedy)
        return Command(
            argv=(program, *self._entry.args),
            cwd=root,
            environment={
                **environment,
                "PATH": self._programs.path(environment),
                **self._entry.env,
            },
        )

    def _missing(self) -> Missing:
        entry = self._entry
        return Missing(f"{entry.command} is not installed", entry.remedy, entry.install or None)

"""Opening the state for a server of either kind, and what is told where that cannot be."""

from types import TracebackType

from peon.app import App, AppOptions
from peon.errors import Unavailable
from peon.runtime.ids import RandomIds
from peon.runtime.logging import reference
from peon.runtime.settings import Settings
from peon.wire import EventInvalid, UnknownEvent


def open_app(settings: Settings, options: AppOptions) -> App:
    """Raises Unavailable or StoreFailure where the state cannot be used; it is unchanged then."""
    place = f"the log in {settings.state_dir}"
    try:
        return App(settings, options)
    except UnknownEvent as error:
        raise Unavailable(place, str(error), "Or choose another with --state-dir.") from error
    except EventInvalid as error:
        raise Unavailable(place, str(error), "Restore it from a backup.") from error


def log_bug(
    kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
) -> None:
    """What nobody expected ends the process; the log file keeps how it came about."""
    if isinstance(error, Exception) and kind is not None:
        reference(error, ids=RandomIds(), during="serving")

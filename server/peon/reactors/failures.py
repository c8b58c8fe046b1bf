"""An error of the workspace or of an agent as the outcome that the log keeps."""

from peon.domain.commands import WorkFailed
from peon.errors import ExternalFailure, PeonError, Unavailable
from peon_protocol.failures import FailureKind

_KINDS = frozenset(kind.value for kind in FailureKind)


def work_failed(error: PeonError, otherwise: FailureKind) -> WorkFailed:
    """The outcome for `error`; `otherwise` is its code where it has none of the vocabulary."""
    if isinstance(error, Unavailable):
        message = f"{error.what}: {error.why}"
        return WorkFailed(FailureKind.UNAVAILABLE, message, error.remedy)
    if isinstance(error, ExternalFailure):
        code = error.code if error.code in _KINDS else otherwise
        return WorkFailed(code, error.detail, error.remedy)
    return WorkFailed(otherwise, str(error))

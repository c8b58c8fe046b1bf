"""What programs say while an operation runs them, on its way to whoever listens."""

from peon.domain.effects import PerformOperation
from peon.engine.engine import Engine
from peon.workspace.running import Said, Stream
from peon_protocol.notifications import OperationProgress


def progress_of(engine: Engine, effect: PerformOperation) -> Said:
    """Tell clients what is said for this operation. Nothing of it is kept."""

    def said(stream: Stream, text: str) -> None:
        engine.feed.tell_progress(
            OperationProgress(
                thread_id=effect.thread_id,
                operation_id=effect.operation_id,
                stream=stream,
                text=text,
            )
        )

    return said

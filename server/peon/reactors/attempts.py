"""What comes of trying to use an agent: a session, or an error with the code of a refusal."""

import asyncio
import logging

import attrs

from peon.errors import ExternalFailure, PeonError, Unavailable
from peon.providers.port import (
    NeedsLogin,
    NotInstalled,
    OptionRefused,
    PromptNotTaken,
    PromptTooLong,
    Provider,
    Session,
    SessionRequest,
    SessionSink,
)
from peon_protocol.rejections import (
    OptionUnknown,
    PromptNotSupported,
    PromptTooLarge,
    ProviderNeedsLogin,
    ProviderNotAvailable,
)

logger = logging.getLogger(__name__)


async def attempt(
    provider: Provider, request: SessionRequest, sink: SessionSink
) -> Session | PeonError:
    """A session, or why there is none: an agent that is not installed is no bug of ours.

    An agent that fails over the session it had gets a new one: it would fail each time.
    """
    try:
        return await provider.open(request, sink)
    except Unavailable as error:
        return error
    except ExternalFailure as error:
        if request.resume is None:
            return error
        logger.warning("a session of %s cannot be gone on with: %s", provider.name, error)
    return await attempt(provider, attrs.evolve(request, resume=None), sink)


def came_to(opening: "asyncio.Task[Session | PeonError]") -> Session | BaseException:
    """What a task that has ended came to, whichever way it ended."""
    if opening.cancelled():
        return ExternalFailure("agent", "opening it was called off", code="agent.calledOff")
    return opening.exception() or opening.result()


def code_of(error: PeonError) -> str:
    """Where an agent cannot be used, the code is that of the refusal it would be next time."""
    match error:
        case ExternalFailure(code=code):
            return code
        case NeedsLogin():
            return ProviderNeedsLogin.KIND
        case NotInstalled():
            return ProviderNotAvailable.KIND
        case OptionRefused():
            return OptionUnknown.KIND
        case PromptNotTaken():
            return PromptNotSupported.KIND
        case PromptTooLong():
            return PromptTooLarge.KIND
        case _:
            return "provider.unavailable"

"""What a sample is: a request with its answer, or something that is sent without one."""

from typing import Any

import attrs


@attrs.frozen
class Exchange:
    """The params of a request and the result it is answered with."""

    method: str
    params: Any
    result: Any


@attrs.frozen
class Notice:
    """The params of a notification."""

    method: str
    params: Any

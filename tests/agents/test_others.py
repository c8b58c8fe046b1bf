"""What other agents do under us, in short: they answer, ask before they write, and fail."""

import platform

import pytest

from agents.legs import GEMINI, OPENCODE
from agents.test_contract import (
    test_an_answer_is_streamed,
    test_an_error_of_the_model_fails_the_turn_with_its_words,
    test_what_is_approved_is_done,
    test_what_is_rejected_is_not_done,
)

__all__ = [
    "test_an_answer_is_streamed",
    "test_an_error_of_the_model_fails_the_turn_with_its_words",
    "test_what_is_approved_is_done",
    "test_what_is_rejected_is_not_done",
]

# OpenCode's pinned package is a program for one kind of machine: elsewhere it is no leg.
_LEGS = (OPENCODE, GEMINI) if platform.machine() == "x86_64" else (GEMINI,)
pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.parametrize(
        "leg", [pytest.param(leg, id=leg.name) for leg in _LEGS], indirect=True
    ),
]

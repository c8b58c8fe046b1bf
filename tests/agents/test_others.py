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

_NO_PROGRAM = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the pinned package is for this kind of machine only"
)
pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.parametrize(
        "leg",
        [
            pytest.param(OPENCODE, id="opencode", marks=_NO_PROGRAM),
            pytest.param(GEMINI, id="gemini"),
        ],
        indirect=True,
    ),
]

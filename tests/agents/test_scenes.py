"""The model that is no model says what belongs to the request, however an agent tells what was."""

from typing import Final

import pytest

from agents.llm.scenes import ASIDE, Asked, Heard, Offered, Step, next_step

ONE, TWO, THREE = Step(say="One."), Step(say="Two."), Step(say="Three.")
SCENES: Final = {"one": (ONE, TWO), "two": (THREE,)}


def user(text: str) -> Heard:
    return Heard(text, is_user=True)


RESULT: Final = Heard("done", is_result=True)


@pytest.mark.parametrize(
    "heard, step",
    [
        ([user("Hello.")], ASIDE),
        ([user("[scene one] Go.")], ONE),
        ([user("[scene one] Go."), RESULT], TWO),
        ([user("[scene one] Go."), RESULT, RESULT], Step(say="That is all.")),
        ([user("[scene one] Go."), RESULT, user("[scene two] Go on.")], THREE),
        ([user("What was: [scene one] Go."), user("[scene two] Go on.")], THREE),
        ([user("[scene two] Go on."), user("What was: [scene one] Go.")], THREE),
        ([user("[scene two] Go on. What was: [scene one] Go.")], THREE),
    ],
)
def test_a_request_is_of_the_newest_scene(heard: list[Heard], step: Step):
    asked = Asked(heard=tuple(heard), tools=(Offered("Write"),), streams=True, model="none")
    assert next_step(asked, SCENES) == step

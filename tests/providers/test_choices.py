"""What is chosen for a prompt is set, verified, and for that prompt only."""

from collections.abc import Mapping

import pytest

from peon.errors import ExternalFailure
from peon.providers.codex.dialect import CodexDialect
from peon.providers.port import AgentFault, OptionRefused, PromptNotTaken, PromptTooLong
from peon.providers.registry import SCRIPT
from peon_protocol.provider_events import ProviderError, SessionConfigured, TurnEnded
from peon_protocol.values import ImageContent, JsonValue, Mode, OptionValue
from support import codex_talk
from support.agents import Agency, Recorder, rogue
from support.puppets import Manners, open_puppet

NONE: Mapping[str, OptionValue] = {}
SET_OPTION = "session/set_config_option"


async def turn(recorder: Recorder, words: str, options: Mapping[str, OptionValue] = NONE) -> str:
    """What is said in a turn with these options."""
    assert recorder.session is not None
    before, told = len(recorder.ends()), len(recorder.text())
    await recorder.session.prompt(words, mode=Mode.ASK, model=None, options=options)
    await recorder.until(lambda heard: len(heard.ends()) > before)
    assert isinstance(recorder.ends()[-1], TurnEnded)
    return recorder.text()[told:]


def offered(recorder: Recorder) -> dict[str, object]:
    """What the session was set to, as it was last told."""
    options = recorder.of(SessionConfigured)[-1].options or ()
    return {each.option_id: each.value for each in options}


def owned(recorder: Recorder) -> dict[str, object]:
    """What the agent goes back to, as it was last told."""
    options = recorder.of(SessionConfigured)[-1].options or ()
    return {each.option_id: each.own for each in options}


async def test_an_option_is_set_for_one_prompt_and_goes_back(agents: Agency):
    recorder = await agents.open(SCRIPT)

    assert "effort: high" in await turn(recorder, "options", {"effort": "high"})
    assert offered(recorder)["effort"] == "high"
    assert "effort: medium" in await turn(recorder, "options")
    assert offered(recorder)["effort"] == "medium"


def keeping(effort: str) -> Manners:
    """An agent that knows how hard it worked when its last process ended."""
    offered: dict[str, JsonValue] = {
        "id": "effort",
        "category": "thought_level",
        "type": "select",
        "options": [{"value": "low"}, {"value": "high"}],
    }
    resume: JsonValue = {"sessionCapabilities": {"resume": {}}}
    return {
        "initialize": {"protocolVersion": 1, "agentCapabilities": resume},
        "session/resume": {"configOptions": [{**offered, "currentValue": effort}]},
        "session/set_config_option": {"configOptions": [{**offered, "currentValue": "low"}]},
    }


async def test_an_option_of_a_past_turn_goes_back_in_the_next_process():
    """An agent that keeps what is chosen does not know that it was for one turn."""
    _, puppet = await open_puppet(keeping("high"), Recorder(), resume="s", own={"effort": "low"})
    (params,) = [each["params"] for each in puppet.heard if each["method"] == SET_OPTION]
    assert params == {"sessionId": "s", "configId": "effort", "value": "low"}


async def test_codex_goes_back_too():
    manners: Manners = {
        **codex_talk.MANNERS,
        "model/list": {
            "data": [
                {
                    "model": "m",
                    "defaultReasoningEffort": "medium",
                    "supportedReasoningEfforts": [
                        {"reasoningEffort": each} for each in ("low", "medium", "high")
                    ],
                }
            ]
        },
        "thread/resume": {
            "thread": {"id": "thread"},
            **codex_talk.SETTINGS,
            "reasoningEffort": "high",
        },
    }
    recorder = Recorder()
    own = {"effort": "low"}
    session, puppet = await open_puppet(
        manners, recorder, resume="thread", own=own, speaking=CodexDialect
    )
    await session.prompt("water them", mode=Mode.ASK, model=None)
    (params,) = [each["params"] for each in puppet.heard if each["method"] == "turn/start"]
    assert isinstance(params, dict)
    assert params["effort"] == "low"
    assert owned(recorder) == {"model": None, "effort": None, "summary": None}


@pytest.mark.parametrize("effort, own", [("high", NONE), ("low", {"effort": "low"})])
async def test_what_an_agent_has_itself_stays_in_the_next_process(
    effort: str, own: Mapping[str, OptionValue]
):
    _, puppet = await open_puppet(keeping(effort), Recorder(), resume="s", own=own)
    assert puppet.asked(SET_OPTION) == []


async def test_what_is_chosen_otherwise_is_told_with_what_the_agent_goes_back_to(agents: Agency):
    recorder = await agents.open(SCRIPT)
    await turn(recorder, "say roses", {"effort": "high"})
    assert owned(recorder) == {"mode": None, "effort": "medium"}
    await turn(recorder, "say roses")
    assert owned(recorder) == {"mode": None, "effort": None}


async def test_an_option_changes_what_the_agent_does(agents: Agency):
    recorder = await agents.open(SCRIPT)
    await turn(recorder, "think hard", {"effort": "low"})
    assert recorder.reasoning() == ""
    await turn(recorder, "think hard")
    assert recorder.reasoning() == "hard"


async def test_what_the_agent_changes_itself_is_told_and_stays(agents: Agency):
    recorder = await agents.open(SCRIPT)
    await turn(recorder, "option effort high\noption fast true\noption tone dry dry|warm")

    assert offered(recorder) == {"mode": "ask", "effort": "high", "fast": True, "tone": "dry"}
    assert "effort: high\nfast: true\ntone: dry" in await turn(recorder, "options")


async def test_what_the_agent_changes_while_it_is_set_otherwise_is_its_own_from_then(
    agents: Agency,
):
    recorder = await agents.open(SCRIPT)
    await turn(recorder, "option effort high", {"effort": "low"})

    assert "effort: high" in await turn(recorder, "options")


async def test_a_flag_is_set(agents: Agency):
    recorder = await agents.open(SCRIPT)
    await turn(recorder, "option fast false")

    assert "fast: true" in await turn(recorder, "options", {"fast": True})
    assert "fast: false" in await turn(recorder, "options")


@pytest.mark.parametrize(
    "options,why",
    [
        ({"slow": True}, "does not offer it"),
        ({"mode": "full"}, "does not offer it"),
        ({"effort": "enormous"}, "Choose one of: low, medium, high."),
        ({"effort": False}, "does not offer false for it"),
    ],
)
async def test_what_is_not_offered_is_refused_and_nothing_is_prompted(
    agents: Agency, options: Mapping[str, OptionValue], why: str
):
    recorder = await agents.open(SCRIPT)
    assert recorder.session is not None
    with pytest.raises(OptionRefused, match=why):
        await recorder.session.prompt("say no", mode=Mode.ASK, model=None, options=options)
    assert recorder.ends() == []
    assert await turn(recorder, "say yes") == "yes"


@pytest.mark.parametrize("options,model", [({"effort": "high"}, None), ({}, "big")])
async def test_an_agent_that_does_not_take_what_is_chosen_is_not_prompted(
    agents: Agency, options: Mapping[str, OptionValue], model: str | None
):
    recorder = await agents.open(rogue("deaf choices"))
    assert recorder.session is not None
    with pytest.raises(ExternalFailure, match="did not take") as failure:
        await recorder.session.prompt("never end", mode=Mode.ASK, model=model, options=options)
    assert failure.value.code == AgentFault.OPTION
    assert recorder.ends() == []


async def test_a_model_is_for_the_prompt_it_is_chosen_for(agents: Agency):
    recorder = await agents.open(rogue("choices"))
    assert recorder.session is not None
    await recorder.session.prompt("answer twice", mode=Mode.ASK, model="big")
    await recorder.until(lambda heard: len(heard.ends()) == 1)
    assert offered(recorder)["model"] == "big"
    await recorder.turn("answer twice")
    assert offered(recorder)["model"] == "small"


async def test_codex_is_set_to_an_effort_and_goes_back(agents: Agency):
    recorder = await agents.open_codex()
    chosen = await turn(recorder, "settings", {"effort": "high", "summary": "none"})
    assert '"effort": "high"' in chosen
    assert '"summary": "none"' in chosen
    assert '"reasoning_effort": "high"' in chosen
    assert offered(recorder) == {"model": "gpt-5.5", "effort": "high", "summary": "none"}
    after = await turn(recorder, "settings")
    assert '"reasoning_effort": null' in after
    assert '"summary": "auto"' in after
    assert offered(recorder) == {"model": "gpt-5.5", "effort": "medium", "summary": "auto"}


@pytest.mark.parametrize("options", [{"effort": "enormous"}, {"slow": True}, {"model": "gpt-6"}])
async def test_codex_refuses_what_it_does_not_offer(
    agents: Agency, options: Mapping[str, OptionValue]
):
    recorder = await agents.open_codex()
    assert recorder.session is not None
    with pytest.raises(OptionRefused):
        await recorder.session.prompt("say no", mode=Mode.ASK, model=None, options=options)
    assert recorder.ends() == []


async def test_a_codex_that_is_not_set_as_it_was_told_ends_its_turn(agents: Agency):
    recorder = await agents.open_codex("deaf")
    assert recorder.session is not None
    await recorder.session.prompt("say on", mode=Mode.ASK, model=None, options={"effort": "high"})
    await recorder.until(Recorder.ends)
    end = recorder.ends()[0]
    assert isinstance(end, ProviderError)
    assert end.code == AgentFault.OPTION
    assert "the effort high" in end.message


async def test_what_codex_changes_itself_is_told(agents: Agency):
    recorder = await agents.open_codex()
    await turn(recorder, "set low")
    assert offered(recorder)["effort"] == "low"
    assert '"reasoning_effort": "low"' in await turn(recorder, "settings")


async def test_a_prompt_that_codex_cannot_take_is_refused(agents: Agency):
    recorder = await agents.open_codex()
    assert recorder.session is not None
    with pytest.raises(PromptTooLong, match="1048576"):
        await recorder.session.prompt("x" * (2**20 + 1), mode=Mode.ASK, model=None)
    assert recorder.ends() == []


async def test_what_an_agent_takes_is_known_once_a_session_was_open(agents: Agency):
    provider = agents.provider(SCRIPT)
    told = [provider.takes.content]
    recorder = Recorder()
    recorder.session = await provider.open(agents.request(), recorder)
    told.append(provider.takes.content)
    assert told == [None, {"text", "resource_link", "resource"}]
    with pytest.raises(PromptNotTaken):
        await recorder.session.prompt((ImageContent("", "image/png"),), mode=Mode.ASK, model=None)

"""An agent made with the protocol's own package, which checks every message we send it.

Run by file path. It says its prompt back, and asks once before it does.
"""

import asyncio
from typing import Any, cast

import acp
from acp import schema


class Echo:
    """The least an agent can be: far less than the package's own class has."""

    def on_connect(self, conn: acp.Client) -> None:
        self._client = conn

    async def initialize(self, protocol_version: int, **_: Any) -> schema.InitializeResponse:
        assert protocol_version == acp.PROTOCOL_VERSION
        return schema.InitializeResponse(
            protocol_version=acp.PROTOCOL_VERSION,
            agent_capabilities=schema.AgentCapabilities(
                prompt_capabilities=schema.PromptCapabilities(
                    image=True, audio=True, embedded_context=True
                )
            ),
        )

    async def new_session(self, cwd: str, **_: Any) -> schema.NewSessionResponse:
        return schema.NewSessionResponse(
            session_id=f"echo of {cwd}",
            modes=schema.SessionModeState(
                current_mode_id="yolo",
                available_modes=[
                    schema.SessionMode(id="yolo", name="Yolo"),
                    schema.SessionMode(id="default", name="Ask"),
                ],
            ),
        )

    async def set_session_mode(
        self, session_id: str, mode_id: str, **_: Any
    ) -> schema.SetSessionModeResponse:
        assert mode_id == "default", session_id
        return schema.SetSessionModeResponse()

    async def prompt(self, session_id: str, prompt: list[Any], **_: Any) -> schema.PromptResponse:
        answer = await self._client.request_permission(
            session_id=session_id,
            tool_call=schema.ToolCallUpdate(tool_call_id="echo", title="Say it back", kind="other"),
            options=[schema.PermissionOption(option_id="y", name="Yes", kind="allow_once")],
        )
        said = " ".join(block.type for block in prompt)
        for text in (said, f" {answer.outcome.outcome}"):
            await self._client.session_update(session_id, acp.update_agent_message_text(text))
        return schema.PromptResponse(stop_reason="end_turn")


if __name__ == "__main__":
    asyncio.run(acp.run_agent(cast("acp.Agent", Echo())))

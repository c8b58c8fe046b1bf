"""The DeepAgents package as an agent: it is a library, so somebody has to start it.

Run by file path, by the Python that the package is installed in.
"""

import asyncio
from typing import Any

from acp import run_agent
from deepagents import create_deep_agent
from deepagents.backends.filesystem import FilesystemBackend
from deepagents_acp.server import AgentServerACP
from langchain_anthropic import ChatAnthropic
from langgraph.checkpoint.memory import MemorySaver

_MEMORY = MemorySaver()
_ASKS = {"write_file": True, "edit_file": True}


def make(context: Any) -> Any:
    """An agent that works in the session's folder, and asks before it writes."""
    model = ChatAnthropic(
        model="claude-sonnet-4-5",
        streaming=True,
        max_retries=0,
        max_tokens=4000,
        thinking={"type": "enabled", "budget_tokens": 1024},
    )
    return create_deep_agent(
        model=model,
        checkpointer=_MEMORY,
        backend=FilesystemBackend(root_dir=context.cwd, virtual_mode=False),
        interrupt_on=_ASKS,
    )


if __name__ == "__main__":
    asyncio.run(run_agent(AgentServerACP(agent=make)))

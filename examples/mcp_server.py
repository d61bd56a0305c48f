"""An MCP server, with which an AI assistant matches tracks: `python examples/mcp_server.py`.

It needs the extra `mcp`. `mcp_client.py` starts it and talks to it as an assistant does.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel

from beatport_match import AsyncMatcher, BeatportMatchError, Candidate, Track
from beatport_match import settings_from_environment as settings


class Answer(BaseModel):
    outcome: str
    confidence: float
    reason: str
    best: Candidate | None


@asynccontextmanager
async def lifespan(_server: MCPServer[AsyncMatcher]) -> AsyncGenerator[AsyncMatcher, None]:
    async with AsyncMatcher(settings()) as matcher:  # one for all tools: one rate limit, one cache
        yield matcher


# At the level INFO, httpx would log each search text.
server = MCPServer("beatport_match", version="1.0", lifespan=lifespan, log_level="WARNING")
Call = Context[AsyncMatcher, object]


@server.tool()
async def match_track(track: Track, call: Call) -> Answer:
    """Find a local track, in its version. Outcome: matched, review, not_found or failed."""
    match = await call.request_context.lifespan_context.match_track(track)
    return Answer.model_validate(match.to_dict())


@server.tool()
async def search_tracks(query: str, call: Call) -> tuple[Candidate, ...]:
    """Search Beatport for words, such as an artist and a title. Returns at most ten tracks."""
    try:
        return await call.request_context.lifespan_context.search_tracks(query, max_results=10)
    except BeatportMatchError as error:  # a fault, or a query without a word
        raise ToolError(str(error)) from None


@server.tool()
async def explain(track: Track, call: Call) -> str:
    """Explain the answer about a local track: evidence, runners-up, what would change it."""
    return (await call.request_context.lifespan_context.match_track(track)).explain()


if __name__ == "__main__":
    settings()  # a wrong value ends the program here, and not in a session
    server.run()

"""An endpoint in FastAPI (extra `web`) for one track: `python examples/fastapi_match.py`."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import httpx
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel

from beatport_match import AsyncMatcher, Candidate, Match, Track, settings_from_environment
from beatport_match.testing import FakeBeatport


class Answer(BaseModel):
    outcome: str
    reason: str
    best: Candidate | None


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
    async with AsyncMatcher(settings_from_environment()) as app.state.matcher:
        yield  # all clients share this matcher, its rate limit and its cached answers


async def cancel_on_disconnect(request: Request, scope: anyio.CancelScope) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


app = FastAPI(lifespan=lifespan)  # `uvicorn --app-dir examples fastapi_match:app` serves it


@app.post("/match")
async def match_track(track: Track, request: Request) -> Answer:
    match: Match | None = None
    async with anyio.create_task_group() as group:
        group.start_soon(cancel_on_disconnect, request, group.cancel_scope)
        match = await request.app.state.matcher.match_track(track)
        group.cancel_scope.cancel()
    if match is None or match.outcome == "failed":
        kind, reason = (match.failures[-1].kind, match.reason) if match else ("", "disconnected")
        raise HTTPException({"": 499, "unaskable": 422}.get(kind, 503), reason)
    return Answer.model_validate(match.to_dict())


async def demo(fake: FakeBeatport) -> None:
    beatport = httpx.AsyncClient(transport=fake.transport())
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app")
    async with client, beatport, AsyncMatcher(http_client=beatport) as app.state.matcher:
        for title in ("Undertow", "Nothing at All", "", "Blocked"):
            answer = await client.post("/match", json={"title": title, "artists": "Olvarin"})
            print(answer.status_code, answer.text[:100])


if __name__ == "__main__":
    anyio.run(demo, FakeBeatport(faults=lambda _, path: "challenge" if "Block" in path else None))

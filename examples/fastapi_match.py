"""An endpoint in FastAPI (extra `web`) for one track: `python examples/fastapi_match.py`."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
from fastapi import FastAPI, HTTPException, Request
from fastapi.testclient import TestClient
from pydantic import BaseModel

from beatport_match import AsyncMatcher, Candidate, Match, Track, settings_from_environment
from beatport_match.testing import FakeBeatport


class Answer(BaseModel):
    outcome: str
    confidence: float
    reason: str
    best: Candidate | None


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
    # All clients share one matcher: its connections, its rate limit and its cached answers.
    async with AsyncMatcher(settings_from_environment()) as app.state.matcher:
        yield


async def cancel_on_disconnect(request: Request, scope: anyio.CancelScope) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


# `uvicorn --app-dir examples fastapi_match:app` serves it.
app = FastAPI(lifespan=lifespan)


@app.post("/match")
async def match_track(track: Track, request: Request) -> Answer:
    match: Match | None = None
    async with anyio.create_task_group() as group:
        group.start_soon(cancel_on_disconnect, request, group.cancel_scope)
        match = await request.app.state.matcher.match_track(track)
        group.cancel_scope.cancel()
    if match is None:
        raise HTTPException(499, "The client has disconnected.")
    if match.outcome == "failed":  # a track without a word to search for, or a fault
        raise HTTPException(422 if match.failures[-1].kind == "unaskable" else 503, match.reason)
    return Answer.model_validate(match.to_dict())


if __name__ == "__main__":
    fake = FakeBeatport(faults=lambda _number, path: "challenge" if "Blocked" in path else None)
    with fake.serve() as os.environ["BEATPORT_MATCH_BASE_URL"], TestClient(app) as client:
        for title in ("Undertow", "Nothing at All", "", "Blocked"):
            answer = client.post("/match", json={"title": title, "artists": "Olvarin"})
            print(answer.status_code, answer.text[:100])

"""A web service that streams matches: `uvicorn --app-dir examples/stream_matches service:app`."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from beatport_match import AsyncMatcher, Match, MatchStream, Track, settings_from_environment

MOST_BYTES = 64 * 1024


class Lines(StreamingResponse):
    """Matches, one line of JSON each."""

    def __init__(self, matches: MatchStream) -> None:
        self.matches = matches
        super().__init__((as_line(one) async for one in matches), media_type="application/x-ndjson")

    async def __call__(self, *asgi: object) -> None:
        """Answer; however that ends, nothing more is asked for a client that is gone."""
        async with self.matches:
            await super().__call__(*asgi)


def as_line(match: Match) -> str:
    told = {"line": match.track.id, "outcome": match.outcome, "reason": match.reason}
    return json.dumps(told | {"url": match.best and match.best.url}) + "\n"


async def match_tracks(request: Request) -> Lines:
    body = b""
    async for piece in request.stream():
        if len(body := body + piece) > MOST_BYTES:
            raise HTTPException(413, f"Send at most {MOST_BYTES} bytes at a time.")
    try:
        lines = enumerate(body.decode().splitlines() or [""], start=1)
        tracks = [Track(line, id=str(number)) for number, line in lines]
    except ValueError as error:
        raise HTTPException(400, f"Send one track a line, in UTF-8: {error}") from None
    return Lines(request.state.matcher.iter_matches(tracks))


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, AsyncMatcher]]:
    # One matcher for all clients, who share its connections, its pace and what it has heard; its
    # settings stand in the environment.
    async with AsyncMatcher(settings_from_environment()) as matcher:
        yield {"matcher": matcher}


app = Starlette(routes=[Route("/match", match_tracks, methods=["POST"])], lifespan=lifespan)

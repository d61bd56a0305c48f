"""A web service that streams matches: `uvicorn --app-dir examples/stream_matches service:app`."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from beatport_match import AsyncMatcher, Match, MatchStream, Track, settings_from_environment

MAX_BODY_BYTES = 64 * 1024


class Lines(StreamingResponse):
    """Stream matches, one line of JSON each."""

    def __init__(self, matches: MatchStream) -> None:
        self.matches = matches
        super().__init__((as_line(one) async for one in matches), media_type="application/x-ndjson")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response; when it ends for any reason, the run for this client stops."""
        async with self.matches:
            await super().__call__(scope, receive, send)


def as_line(match: Match) -> str:
    fields = {"line": match.track.id, "outcome": match.outcome, "reason": match.reason}
    return json.dumps(fields | {"url": match.best and match.best.url}) + "\n"


async def match_tracks(request: Request) -> Lines:
    body = b""
    async for chunk in request.stream():
        if len(body := body + chunk) > MAX_BODY_BYTES:
            raise HTTPException(413, f"Send at most {MAX_BODY_BYTES} bytes per request.")
    try:
        lines = enumerate(body.decode().splitlines() or [""], start=1)
        tracks = [Track(line, id=str(number)) for number, line in lines]
    except ValueError as error:
        raise HTTPException(400, f"Send one track per line, in UTF-8: {error}") from None
    return Lines(request.state.matcher.iter_matches(tracks))


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncGenerator[dict[str, AsyncMatcher], None]:
    # All clients share one matcher: its connections, its rate limit and its cached answers.
    # Its settings come from environment variables.
    async with AsyncMatcher(settings_from_environment()) as matcher:
        yield {"matcher": matcher}


app = Starlette(routes=[Route("/match", match_tracks, methods=["POST"])], lifespan=lifespan)

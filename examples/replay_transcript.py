"""Record the HTTP responses of a run and replay them without a network, e.g. for a bug report.

`python examples/replay_transcript.py` records the responses of a fake Beatport in this process.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from beatport_match import Matcher, MatchSettings, PlaylistMatch
from beatport_match.testing import FakeBeatport, first

TRACKS = ["Kestrel Dobbs - Borrowed Umbrella (Harrow Vint Remix)", "Jonas Wren - Nothing at All"]
# Cookies are private, and the text is stored decompressed.
DROPPED_HEADERS = {"set-cookie", "content-encoding"}


def record(file: Path) -> PlaylistMatch:
    def write(response: httpx.Response) -> None:
        headers = {k: v for k, v in response.headers.items() if k not in DROPPED_HEADERS}
        line = [str(response.url), response.status_code, headers, response.read().decode()]
        with file.open("a", encoding="utf-8") as transcript:
            transcript.write(json.dumps(line) + "\n")

    transport = FakeBeatport(faults=first(1, "unavailable")).transport()
    with httpx.Client(transport=transport, event_hooks={"response": [write]}) as client:
        return Matcher(http_client=client).match_playlist(TRACKS)


def replay(file: Path, settings: MatchSettings) -> PlaylistMatch:
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]

    def answer(request: httpx.Request) -> httpx.Response:
        """Return the next recorded response for this URL; a URL may have been requested twice."""
        for place, (url, status, headers, text) in enumerate(lines):
            if url == str(request.url):
                del lines[place]
                return httpx.Response(status, headers=headers, content=text)
        raise httpx.ConnectError(f"the transcript has no response for {request.url}")

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        return Matcher(settings, http_client=client).match_playlist(TRACKS)


def main() -> None:
    with TemporaryDirectory() as folder:
        transcript = Path(folder) / "transcript.jsonl"
        recorded = record(transcript)
        print(f"{recorded.requests} responses in {transcript.stat().st_size} bytes")
        print("the same matches:", replay(transcript, MatchSettings()).matches == recorded.matches)
        for match in replay(transcript, MatchSettings(accept_confidence=0.9999)).matches:
            print(f"with other settings: {match.outcome}, {match.track}")


if __name__ == "__main__":
    main()

"""The MCP example: a client of the SDK calls the tools in a session."""

from __future__ import annotations

import runpy
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from beatport_match.testing import FakeBeatport, always

mcp = pytest.importorskip("mcp", reason='the example needs mcp: pip install -e ".[mcp]"')

FILE = Path(__file__).parents[2] / "examples" / "mcp_server.py"
UNDERTOW = {"title": "Undertow", "artists": "Olvarin", "duration_s": 443}


@pytest.fixture(scope="module")
def server() -> Any:
    return runpy.run_path(str(FILE))["server"]


@pytest.fixture
def fake() -> FakeBeatport:
    return FakeBeatport()


@pytest.fixture
async def client(
    server: Any, fake: FakeBeatport, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Any]:
    """A session with the server in this process; `mcp_client.py` tests one over stdio."""
    with fake.serve() as base_url:
        monkeypatch.setenv("BEATPORT_MATCH_BASE_URL", base_url)
        monkeypatch.setenv("BEATPORT_MATCH_REQUESTS_PER_SECOND", "1000")
        async with mcp.Client(server) as client:
            yield client


def text_of(answer: Any) -> str:
    return "".join(part.text for part in answer.content)


@pytest.mark.anyio
async def test_each_tool_describes_its_arguments_and_its_answer(client: Any) -> None:
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert sorted(tools) == ["explain", "match_track", "search_tracks"]
    assert all(tool.description for tool in tools.values())
    track = tools["match_track"].input_schema["$defs"]["Track"]
    assert track["required"] == ["title"]
    assert {"artists", "duration_s", "isrc"} < set(track["properties"])
    answer = tools["match_track"].output_schema["properties"]
    assert list(answer) == ["outcome", "confidence", "reason", "best"]


@pytest.mark.anyio
async def test_the_tools_answer_with_values_and_share_their_requests(
    client: Any, fake: FakeBeatport
) -> None:
    """`explain` takes its answer from memory: the tools have one matcher."""
    match = await client.call_tool("match_track", {"track": UNDERTOW})
    best = match.structured_content["best"]
    assert match.structured_content["outcome"] == "matched"
    assert (best["name"], best["label"], best["camelot"]) == ("Undertow", "Zinc Theatre", "7B")
    explained = await client.call_tool("explain", {"track": UNDERTOW})
    assert "Matched: same title; same artists" in explained.structured_content["result"]
    assert len(fake.requests) == 1
    found = await client.call_tool("search_tracks", {"query": "olvarin undertow"})
    rows = found.structured_content["result"]
    assert (rows[0]["id"], len(rows)) == (best["id"], 10)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("match_track", {"track": {"title": " "}}, "Track.title must not be blank"),
        ("match_track", {"track": {"artists": "Olvarin"}}, "Field required"),
        ("search_tracks", {"query": " "}, "give at least one word"),
        ("search_tracks", {}, "Field required"),
    ],
)
async def test_a_wrong_argument_is_an_error_with_a_reason(
    client: Any, fake: FakeBeatport, tool: str, arguments: dict[str, Any], said: str
) -> None:
    """The assistant reads it and can call again; no request is sent."""
    answer = await client.call_tool(tool, arguments)
    assert answer.is_error
    assert said in text_of(answer)
    assert not fake.requests


@pytest.mark.anyio
@pytest.mark.parametrize("fake", [FakeBeatport(faults=always("challenge"))])
async def test_a_fault_is_not_an_answer(client: Any) -> None:
    """A match says `failed`, and never `not_found`; a search has no rows to return."""
    match = await client.call_tool("match_track", {"track": UNDERTOW})
    assert match.structured_content["outcome"] == "failed"
    found = await client.call_tool("search_tracks", {"query": "undertow"})
    assert found.is_error
    assert "Beatport requires a browser check" in text_of(found)

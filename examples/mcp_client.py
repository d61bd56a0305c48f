"""Start the MCP server and call its tools, as an assistant does: `python examples/mcp_client.py`.

It needs the extra `mcp`. The server queries a fake Beatport on this machine; leave `env` out to
query the real one.
"""

import sys
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters, stdio_client
from mcp.types import TextContent

from beatport_match.testing import FakeBeatport

SERVER = str(Path(__file__).with_name("mcp_server.py"))
TRACK = {"title": "Undertow", "artists": "Olvarin"}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("match_track", {"track": TRACK}),
    ("search_tracks", {"query": "olvarin undertow"}),
    ("search_tracks", {"query": " "}),
    ("explain", {"track": TRACK}),
]


async def main() -> None:
    with FakeBeatport().serve() as base_url:
        env = {"BEATPORT_MATCH_BASE_URL": base_url}
        server = StdioServerParameters(command=sys.executable, args=[SERVER], env=env)
        async with Client(stdio_client(server)) as client:
            for tool in (await client.list_tools()).tools:
                print(f"{tool.name}: {tool.description}")
            for name, arguments in CALLS:
                answer = await client.call_tool(name, arguments)
                # A program takes `structured_content`; an assistant reads the texts.
                texts = [one.text for one in answer.content if isinstance(one, TextContent)]
                print(f"\n{name} {arguments}: {len(texts)} texts, error: {answer.is_error}")
                print("\n".join(texts[0].splitlines()[:7]))


if __name__ == "__main__":
    anyio.run(main)

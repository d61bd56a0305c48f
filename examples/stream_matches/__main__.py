"""Run the service, with a client that disconnects early: `python examples/stream_matches`.

It needs the extra `web`. It queries a fake Beatport on this machine.
"""

import os
import socket
import threading
from itertools import islice

import httpx
import uvicorn
from service import app

from beatport_match import read_playlist
from beatport_match.testing import FakeBeatport, demo_collection


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/match"
    fake = FakeBeatport(latency_s=0.05)
    with fake.serve() as base_url, demo_collection() as collection:
        os.environ["BEATPORT_MATCH_BASE_URL"] = base_url
        os.environ["BEATPORT_MATCH_REQUESTS_PER_SECOND"] = "20"
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        serving = threading.Thread(target=server.run, args=([listener],))
        serving.start()

        print(httpx.post(url, content=b"\xff").text)
        tracks = "\n".join(map(str, read_playlist(collection)))
        with httpx.stream("POST", url, content=tracks) as response:
            for line in islice(response.iter_lines(), 5):
                print(line)

        server.should_exit = True
        serving.join()
    print(f"{len(fake.requests)} requests for {tracks.count(chr(10)) + 1} tracks: the client left")


if __name__ == "__main__":
    main()

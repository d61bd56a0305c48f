"""Use your own HTTP client, with your proxy, certificates, HTTP/2 or logging.

Any object with httpx's `get(url, headers=…, params=…)` works. The library never closes your client.
`python examples/your_own_client.py` queries a fake Beatport in this process.
"""

import httpx

from beatport_match import Matcher, MatchSettings
from beatport_match.testing import FakeBeatport


def log(response: httpx.Response) -> None:
    print(response.status_code, response.request.url.path)


def main() -> None:
    fake = FakeBeatport()
    # In your program: httpx.Client(proxy=..., verify=..., event_hooks=...).
    client = httpx.Client(transport=fake.transport(), event_hooks={"response": [log]})
    with client, Matcher(MatchSettings(), http_client=client) as matcher:
        match = matcher.match_track("Olvarin - Undertow")
        print(match.outcome, match.best.url if match.best else match.reason)

        for candidate in matcher.search_tracks("kestrel dobbs umbrella")[:3]:
            print(candidate.id, candidate)


if __name__ == "__main__":
    main()

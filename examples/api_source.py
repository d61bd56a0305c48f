"""Use Beatport's API with a user's OAuth token, which expires in the middle of the run.

`python examples/api_source.py` queries a fake Beatport on this machine; leave `api_url` out to
query the real one.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from beatport_match import Matcher, MatchSettings
from beatport_match.testing import FakeBeatport, FakeTokens, demo_collection

# The user's tokens. The library ships no tokens and never prints or logs them.
TOKENS = {"access_token": "an-access-token", "refresh_token": "a-refresh-token"}


def main() -> None:
    fake = FakeBeatport(api=FakeTokens(requests_per_token=25))
    with TemporaryDirectory() as folder, fake.serve() as url, demo_collection() as collection:
        token_file = Path(folder, "beatport-tokens.json")
        token_file.write_text(json.dumps(TOKENS | {"client_id": "a-client"}))
        settings = MatchSettings(
            source="api",
            api_url=f"{url}/v4",
            token_file=token_file,
            # The rate limit is for the real Beatport; the fake one needs none.
            requests_per_second=None,
        )
        with Matcher(settings) as matcher:
            result = matcher.match_playlist(collection)
        print(
            f"{len(result.matched)} of {len(result.matches)} matched, {len(result.failed)} failed"
        )
        print(f"the token was refreshed {fake.tokens.refreshed} times and written back to its file")

        # Without a refresh token, all tracks after the expiry are `failed`, not `not_found`.
        journal = Path(folder, "run.journal")
        token_file.write_text(json.dumps({"access_token": fake.tokens.access}))
        with Matcher(settings) as matcher:
            result = matcher.match_playlist(collection, journal=journal)
        print(f"{len(result.matched)} matched, then {result.failed[0].failures[-1]}")

        # With new tokens and the same journal, the run resumes where it stopped.
        new = {"access_token": "ended", "refresh_token": fake.tokens.refresh}
        token_file.write_text(json.dumps(new | {"client_id": "a-client"}))
        with Matcher(settings) as matcher:
            result = matcher.match_playlist(collection, journal=journal)
        print(f"{len(result.matched)} of {len(result.matches)} matched in the end")


if __name__ == "__main__":
    main()

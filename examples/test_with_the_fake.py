"""Test your own tool without Beatport: `pytest examples/test_with_the_fake.py`."""

import httpx

from beatport_match import Match, MatchSettings, match_track
from beatport_match.testing import FakeBeatport, always

SETTINGS = MatchSettings(requests_per_second=None)


def label_of(text: str, client: httpx.Client) -> str:
    """Act as your tool: return the label of a track, or a message for the user."""
    match: Match = match_track(text, settings=SETTINGS, http_client=client)
    if best := match.accepted:
        return best.candidate.label or "unknown label"
    return match.outcome


def test_a_track_on_beatport_has_its_label() -> None:
    with httpx.Client(transport=FakeBeatport().transport()) as client:
        assert label_of("Olvarin - Undertow", client) not in {"not_found", "failed", "review"}


def test_a_challenge_page_is_failed_not_not_found() -> None:
    fake = FakeBeatport(faults=always("challenge"))
    with httpx.Client(transport=fake.transport()) as client:
        assert label_of("Olvarin - Undertow", client) == "failed"

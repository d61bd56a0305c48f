"""A fake Beatport to test against: this library's own tests use it, and yours may.

    from beatport_match.testing import FakeBeatport, first

    fake = FakeBeatport(faults=first(2, "challenge"))
    with httpx.Client(transport=fake.transport()) as client: ...     # no socket at all
    with fake.serve() as base_url: ...                               # a real server on 127.0.0.1

    assert [request.status for request in fake.requests] == [403, 403, 200]

It serves `/search`, `/search/<type>` and `/track/<slug>/<id>` in the shapes Beatport really sends,
and to those it knows (`api=FakeTokens(…)`) the API below `/v4/`: `catalog/search/`,
`catalog/tracks/`, `catalog/tracks/<id>/` and `auth/o/token/`. What it sells is a catalogue of
invented music that is full of near misses, with a search that is not too kind: asked for artist,
title and mix, it puts the right title first about nine times in ten but the right version not even
every other time, and it leaves out one row in twenty. With it come a messy Rekordbox collection and
the right answers to it: `demo_collection()`, `demo_answers()`.

It was written from what was seen on the wire and shares no code with the readers it tests.
"""

from __future__ import annotations

from beatport_match.testing.catalogue import (
    CatalogueTrack,
    bundled_catalogue,
    demo_answers,
    demo_collection,
)
from beatport_match.testing.fake import FakeBeatport
from beatport_match.testing.faults import (
    FAULTS,
    Fault,
    FaultPlan,
    Reply,
    always,
    first,
    mixed,
    sometimes,
)
from beatport_match.testing.oauth import FakeTokens, GoodTokens
from beatport_match.testing.request_log import FakeRequest
from beatport_match.testing.site import TrackShape
from beatport_match.testing.transport import FakeTransport

__all__ = [
    "FAULTS",
    "CatalogueTrack",
    "FakeBeatport",
    "FakeRequest",
    "FakeTokens",
    "FakeTransport",
    "Fault",
    "FaultPlan",
    "GoodTokens",
    "Reply",
    "TrackShape",
    "always",
    "bundled_catalogue",
    "demo_answers",
    "demo_collection",
    "first",
    "mixed",
    "sometimes",
]

"""A fake Beatport for tests. This library's own tests use it, and yours can use it too.

Requests can go through an httpx transport, without any socket, or to a real server on 127.0.0.1:

    import httpx
    from beatport_match.testing import FakeBeatport, first

    fake = FakeBeatport(faults=first(2, "challenge"))
    with httpx.Client(transport=fake.transport(), base_url="http://fake") as client:
        statuses = [client.get("/search?q=undertow").status_code for _ in range(3)]
    assert statuses == [request.status for request in fake.requests] == [403, 403, 200]

    with fake.serve() as base_url: ...

The fake serves these URLs in the formats that were recorded from Beatport:

- the web pages `/search`, `/search/<type>` and `/track/<slug>/<id>`
- below `/v4/`, the API: `catalog/search/`, `catalog/tracks/`, `catalog/tracks/<id>/` and
  `auth/o/token/`. It answers only requests with a valid token of the account that you pass as
  `api=FakeTokens(...)`.

It serves a bundled catalogue of invented music in which many tracks are similar to each other. As
on Beatport, the best row is not always first: a query of artist, title and mix has the right title
in the first place about nine times in ten, the right version in the first place less than every
second time, and one in twenty matching rows is missing. `demo_collection()` is a messy Rekordbox
collection for this catalogue and `demo_answers()` has the right answers.

The fake was written from recorded responses. It shares no code with the parsers that it tests,
except the parsing of musical keys (`model.keys`).
"""

from __future__ import annotations

from beatport_match.testing.catalogue import (
    CatalogueTrack,
    bundled_catalogue,
    demo_answers,
    demo_collection,
)
from beatport_match.testing.fake import FakeBeatport, FakeRequest
from beatport_match.testing.faults import FAULTS, Fault, FaultPlan, always, first, mixed, sometimes
from beatport_match.testing.messages import Reply
from beatport_match.testing.oauth import FakeTokens, GoodTokens
from beatport_match.testing.page_forms import PageForm
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
    "PageForm",
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

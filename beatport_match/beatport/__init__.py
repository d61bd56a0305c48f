"""Beatport itself: the only room that knows its URLs, headers and JSON keys.

    web.py        the web pages as a `Source`: questions and the readers of their answers, in pairs
    api.py        the API as a `Source`, for users with an account
    tokens.py     the user's tokens for it: what their file holds, and how they are renewed
    addresses.py  track numbers, slugs, links, and queries the site lets through
    pages.py      the container of a page: what was served, and where in it the rows stand
    records.py    one row in any of Beatport's shapes -> Candidate
    fields.py     one field of a row

Everything here is pure, and takes what it reads for hostile: a reader returns, it never raises.
"""

from beatport_match.beatport.api import ApiSource
from beatport_match.beatport.urls import safe_query, slug, track_id
from beatport_match.beatport.web import WebSource

__all__ = ["ApiSource", "WebSource", "safe_query", "slug", "track_id"]

"""Beatport's URLs, headers and JSON keys, which no other folder of the package uses.

    web.py            the web pages as a `Source`: builds questions and parses their responses
    api.py            API v4 as a `Source`, for users with an account
    oauth.py          the user's OAuth tokens: the content of the token file, and token refresh
    urls.py           track IDs, slugs, track URLs, and queries that pass the site's firewall
    page_data.py      the JSON data of a web page, and the place of the rows in it
    page_fallback.py  other methods to read a page whose data is not at its known place
    page_html.py      the links, the heading and the JSON-LD of such a page
    ordinary_rows.py  the JSON of a search page, whose usual rows are checked while it is parsed
    track_records.py  one row, in any of Beatport's shapes -> `Candidate`
    json_fields.py    one field of a JSON object, checked and cleaned

Everything here is pure: no I/O, no clock. All input is treated as hostile: a parser returns a
result or a `Failure`, and never raises.
"""

from beatport_match.beatport.api import ApiSource
from beatport_match.beatport.urls import safe_query, slug, track_id
from beatport_match.beatport.web import WebSource

__all__ = ["ApiSource", "WebSource", "safe_query", "slug", "track_id"]

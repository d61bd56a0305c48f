"""User interface texts that every page carries, as Beatport's pages do: a few kilobytes.

Some of these texts are about errors and empty results, although the page itself is fine. A parser
that searches a page for such words fails its tests. All sentences are invented.
"""

from __future__ import annotations

from typing import Final

_AREAS = ("Account", "Cart", "Charts", "Crate", "Genres", "Labels", "Library", "Player", "Releases")
_ACTIONS = ("Add", "Close", "Filter", "Hide", "Open", "Play", "Remove", "Save", "Share", "Sort")

TRANSLATIONS: Final = {
    **{
        area: {action: f"{action} in your {area.lower()}, then continue" for action in _ACTIONS}
        for area in _AREAS
    },
    "Error": {
        "NotFound": "404 Error: there is no page at this address.",
        "TrackNotFound": "This track is not available (any more).",
        "ServerError": "500 Error: the server failed.",
        "TerritoryRestriction": "Not for sale in your country.",
        "Maintenance": "The site is in maintenance; try again in a moment...",
        "TooMany": "429: too many requests.",
    },
    "Search": {
        "NoResults": "Nothing was found for “{{searchQuery}}” & nothing similar <0>either</0>.",
        "Results": "{{count}} found",
    },
    "Prompt": {"Blocked": "Please allow cookies & scripts to keep your cart."},
}

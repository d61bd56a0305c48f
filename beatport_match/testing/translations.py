"""Texts of the user interface that ride along in every page; a weight, and a trap or two.

Pages that are perfectly well carry sentences about errors and empty searches in here, so a reader
that greps for them is caught out. All sentences are our own.
"""

from __future__ import annotations

from typing import Final

_AREAS = ("Account", "Cart", "Charts", "Crate", "Genres", "Labels", "Library", "Player", "Releases")
_ACTIONS = ("Add", "Close", "Filter", "Hide", "Open", "Play", "Remove", "Save", "Share", "Sort")

TRANSLATIONS: Final = {
    **{
        area: {action: f"{action} in your {area.lower()}, then carry on" for action in _ACTIONS}
        for area in _AREAS
    },
    "Error": {
        "NotFound": "404 Error: nothing is kept at this address.",
        "TrackNotFound": "This track is not here (any more).",
        "ServerError": "500 Error: the fault is ours.",
        "TerritoryRestriction": "Not for sale where you are.",
        "Maintenance": "The shop is being swept; come back in a moment...",
        "TooMany": "429: slowly, please.",
    },
    "Search": {
        "NoResults": "Nothing was found for “{{searchQuery}}” & nothing alike <0>either</0>.",
        "Results": "{{count}} found",
    },
    "Prompt": {"Blocked": "Please allow cookies & scripts to keep your cart."},
}

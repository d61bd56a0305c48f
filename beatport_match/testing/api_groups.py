"""The groups of the API's search beside tracks: artists, charts, labels and releases.

There is no recording of their rows. Artists, labels and releases are served as they appear inside a
track, charts as they appear on a track page. They exist so that a parser that reads the wrong group
fails its tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from beatport_match.testing.api_records import v4_artist, v4_label, v4_release
from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.pages import chart_record
from beatport_match.testing.search_groups import matching_labels, matching_people, releases_of

Json: TypeAlias = dict[str, Any]


def v4_group(group: str, query: str, tracks: Sequence[CatalogueTrack]) -> list[Json]:
    """Return all rows of one group for a query.

    Args:
        group: `artists`, `charts`, `labels` or `releases`.
        query: The search text.
        tracks: The tracks that the query found, best first.
    """
    if group == "releases":
        return [v4_release(release[0]) for release in releases_of(tracks)]
    if group == "labels":
        return [v4_label(name) for name in matching_labels(query, tracks)]
    row = v4_artist if group == "artists" else chart_record
    return [row(name) for name in matching_people(query, tracks)]

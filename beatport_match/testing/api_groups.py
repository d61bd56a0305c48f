"""The other groups of the API's search: artists, charts, labels and releases.

Nobody recorded their rows: artists, labels and releases are served as they stand inside a track,
charts as they stand on a track's page. They are there so that a reader who takes the wrong group is
caught out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from beatport_match.testing.api_records import v4_artist, v4_label, v4_release
from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.pages import chart_of
from beatport_match.testing.search_groups import labels_named, people_named, releases_of

Json: TypeAlias = dict[str, Any]


def v4_group(group: str, query: str, tracks: Sequence[CatalogueTrack]) -> list[Json]:
    """All rows of one group for a query; `tracks` are the tracks found, best first.

    `group` is one of `artists`, `charts`, `labels`, `releases`.
    """
    if group == "releases":
        return [v4_release(on_it[0]) for on_it in releases_of(tracks)]
    if group == "labels":
        return [v4_label(name) for name in labels_named(query, tracks)]
    row = v4_artist if group == "artists" else chart_of
    return [row(name) for name in people_named(query, tracks)]

"""Forms of a page after a change of the site: where its data is, and how it is written.

Only the rows of `html` are recorded, from a list of Beatport's. The other forms are what Next.js
and schema.org define; Beatport's pages do not have them today.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from typing import Literal, TypeAlias

from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.identifiers import artist_id, slug
from beatport_match.testing.records import track_values
from beatport_match.testing.templates import Json, fill, html_template

PageForm: TypeAlias = Literal[
    "data_script", "other_tag", "other_id", "split", "flight", "json_ld", "html"
]
"""The form of web pages.

    data_script  the data is in the script `__NEXT_DATA__`, as today
    other_tag    the tag of this script has other attributes, in another order and case
    other_id     the script has another id
    split        the data is divided over three scripts
    flight       the data is in calls of `self.__next_f.push`
    json_ld      only a track page has data: its description for search engines
    html         search pages have HTML rows, and there is no data
"""


def data_scripts(text: str, form: PageForm) -> str:
    """Return the scripts with the data of a page."""
    size = -(-len(text) // 3)
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    match form:
        case "data_script":
            return f'<script id="__NEXT_DATA__" type="application/json">{text}</script>'
        case "other_tag":
            return f"<SCRIPT crossorigin TYPE=application/json ID='__NEXT_DATA__' >{text}</SCRIPT>"
        case "other_id":
            return f'<script id="__APP_STATE__" type="application/json">{text}</script>'
        case "split":
            return "".join(
                f'<script type="application/json" id="__NEXT_DATA__{number}">{piece}</script>'
                for number, piece in enumerate(pieces)
            )
        case "flight":
            # A text ends after its length in bytes, without a line end.
            note = 'a text\n4:[{"id":1}]\n'
            rows = f'1:"$Sreact.fragment"\n2:T{len(note):x},{note}3:["$","$L4",null,{text}]\n'
            size = -(-len(rows) // 3)
            parts = [rows[start : start + size] for start in range(0, len(rows), size)]
            calls = [json.dumps([1, part]).replace("<", "\\u003c") for part in parts]
            return "<script>(self.__next_f=self.__next_f||[]).push([0])</script>" + "".join(
                f"<script>self.__next_f.push({call})</script>" for call in calls
            )
        case _:
            return ""


def html_rows(tracks: Iterable[CatalogueTrack]) -> str:
    """Return the rows of a list of tracks."""
    return "".join(fill(html_template("row.html"), _row_values(track)) for track in tracks)


def json_ld(track: CatalogueTrack) -> str:
    """Return the script that describes a track for search engines."""
    minutes, seconds = divmod(track.length_ms // 1000, 60)
    described = {
        "@context": "https://schema.org",
        "@type": "MusicRecording",
        "url": f"https://www.beatport.com/track/{slug(track.name)}/{track.id}",
        "name": track.name,
        "byArtist": [{"@type": "MusicGroup", "name": name} for name in track.artists],
        "duration": f"PT{minutes}M{seconds}S",
        "isrcCode": track.isrc,
    }
    text = json.dumps(described).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{text}</script>'


def _row_values(track: CatalogueTrack) -> Json:
    values = {name: escape(str(value)) for name, value in track_values(track).items()}
    links = {"artist_links": track.artists, "remixer_links": track.remixers}
    return values | {key: _artist_links(names) for key, names in links.items()}


def _artist_links(names: Iterable[str]) -> str:
    return ", ".join(
        f'<a href="/artist/{slug(name)}/{artist_id(name)}">{escape(name)}</a>' for name in names
    )

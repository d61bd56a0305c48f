"""Read tracks from the HTML of a page: its links, its heading and its JSON-LD.

The functions return rows with the keys of the API, so that `track_records` checks and cleans their
values. A value is read only where the markup separates it: a name and its version are two elements,
each artist is a link. A version that is only part of a longer text stays unknown.

The class names of Beatport's elements change from build to build and are not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from beatport_match.beatport.json_fields import Record, inner_record, is_list, text
from beatport_match.beatport.urls import linked_track

# Beatport's longest lists have 150 tracks, with one or two links each.
MAX_LINKS = 5000
# How far the elements of a row are from the link to its track (3 in captured pages), and how many
# elements it has (60). Each level is searched, so these limits bound the time for a hostile page.
MAX_LEVELS = 6
MAX_ROW_ELEMENTS = 1000
# Up to this depth above a link, an element counts as one that holds the link.
MAX_ANCESTORS = 256
_ROW_TAGS = frozenset({"tr", "li", "article"})
_PAGE_TAGS = frozenset({"main", "body", "html"})
_BPM_AND_KEY = re.compile(r"([0-9]{2,3}(?:\.[0-9]+)?) BPM(?: ?- ?([A-G][#b]? (?:Major|Minor)))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# "/95x95/" in the URL of a picture; the site has each picture in any size.
_IMAGE_SIZE = re.compile(r"/[0-9]{2,4}x[0-9]{2,4}/")
_DURATION = re.compile(r"PT(?:([0-9]{1,2})H)?(?:([0-9]{1,4})M)?(?:([0-9]{1,5})(?:\.[0-9]+)?S)?")


def linked_tracks(root: Any, base_url: str) -> list[Record]:
    """Return a row for each track that the page links to, in its order."""
    links: dict[int, list[Any]] = {}
    # The track of all links inside an element; 0 for links to several tracks.
    owners: dict[Any, int] = {}
    for anchor in _links(root, "/track/"):
        number = linked_track(anchor.get("href"), base_url)
        if number is None:
            continue
        links.setdefault(number, []).append(anchor)
        for outer in islice(anchor.iterancestors(), MAX_ANCESTORS):
            owner = owners.setdefault(outer, number)
            if owner == 0:  # and so have the elements around it
                break
            owners[outer] = number if owner == number else 0
    rows: list[Record] = []
    for number, anchors in links.items():
        # Another link of the row may hold only a picture.
        title = next((anchor for anchor in anchors if _text(anchor)), None)
        if title is not None:
            name, version = _name_and_version(title)
            levels = [title, *(outer for outer in _around(title) if owners[outer] == number)]
            rows.append({"id": number, "name": name, "mix_name": version, **_facts(levels)})
    return rows


def heading_track(root: Any, base_url: str, wanted_id: int) -> list[Record]:
    """Return the track of a track page as one row; none if the page is that of another track."""
    canonical = root.xpath('string(//link[@rel="canonical"]/@href)')
    heading = next(root.iter("h1"), None)
    if linked_track(canonical, base_url) != wanted_id or heading is None:
        return []
    name, version = _name_and_version(heading)
    # "Artists - Name (Version) [Label] | ...": the heading shows where each part ends.
    title = _one_line(root.xpath('string(//meta[@property="og:title"]/@content)'))
    credit, found, rest = title.partition(f" - {name} ({version}) [")
    label, _, _ = rest.rpartition("] | ") if found else ("", "", "")
    names = credit.split(", ") if found else []
    linked = {_text(anchor) for anchor in _links(root, "/artist/")}
    if len(names) > 1 and not linked.issuperset(names):
        # A name may contain the comma.
        names = []
    picture = root.xpath('string(//meta[@property="og:image"]/@content)')
    row: Record = {
        "id": wanted_id,
        "name": name,
        "mix_name": version,
        "artists": _named(names),
        "release": {"label": {"name": label}, "image": {"uri": picture}},
    }
    return [row]


def described_tracks(records: Iterable[Record], base_url: str) -> Iterator[Record]:
    """Yield a row for each `MusicRecording` of schema.org; it has no field for a version."""
    for record in records:
        kinds = record.get("@type")
        address = text(record, "url") or text(record, "@id") or ""
        if "MusicRecording" in (kinds if is_list(kinds) else [kinds]):
            people = record.get("byArtist")
            yield {
                "id": linked_track(address, base_url),
                "name": record.get("name"),
                "mix_name": None,
                "artists": people if is_list(people) else [people],
                "genre": record.get("genre"),
                "isrc": record.get("isrcCode"),
                "length_ms": _milliseconds(text(record, "duration") or ""),
                "new_release_date": record.get("datePublished"),
                "release": {
                    "name": text(inner_record(record, "inAlbum"), "name"),
                    "image": {"uri": record.get("image")},
                },
            }


def _facts(levels: list[Any]) -> Record:
    """Return the facts in the elements around the link to a track, the nearest element first."""
    _, artists = _nearest(levels, "/artist/")
    label_cell, labels = _nearest(levels, "/label/")
    _, releases = _nearest(levels, "/release/")
    _, genres = _nearest(levels, "/genre/")
    # In Beatport's lists, remixers are next to the label.
    beside = _links(label_cell, "/artist/") if labels else []
    pictures = [image.get("src") or "" for link in releases for image in link.iter("img")]
    facts: dict[str, object] = {
        "artists": _named(map(_text, artists)),
        "remixers": _named(_text(anchor) for anchor in beside if anchor not in artists),
        "genre": _named(map(_text, genres)),
        "release": {
            "name": next((link.get("title") or _text(link) for link in releases), None),
            "label": {"name": next(map(_text, labels), None)},
            "image": {"uri": _IMAGE_SIZE.sub("/{w}x{h}/", next(iter(pictures), ""))},
        },
    }
    # Outside of links, so that a title cannot be confused with one of these.
    for element in islice(_outside_links(levels[-1]), MAX_ROW_ELEMENTS):
        own = _own_text(element)
        if found := _BPM_AND_KEY.fullmatch(own):
            facts.setdefault("bpm", float(found[1]))
            facts.setdefault("key", found[2])
        elif _DATE.fullmatch(own):
            facts.setdefault("new_release_date", own)
    return facts


def _around(element: Any) -> Iterator[Any]:
    """Yield the elements around an element, up to its row, but not those of the whole page."""
    for outer in islice(element.iterancestors(), MAX_LEVELS):
        elements = islice(outer.iter(), MAX_ROW_ELEMENTS + 1)
        if outer.tag in _PAGE_TAGS or sum(1 for _ in elements) > MAX_ROW_ELEMENTS:
            return
        yield outer
        if outer.tag in _ROW_TAGS or (outer.get("data-testid") or "").endswith("-row"):
            return


def _nearest(levels: list[Any], path: str) -> tuple[Any, list[Any]]:
    """Return the first element with links to `path`, and these links."""
    for level in levels:
        if links := _links(level, path):
            return level, links
    return levels[-1], []


def _links(element: Any, path: str) -> list[Any]:
    """Return the links to `path` in an element, except those inside another link."""
    links = (anchor for anchor in element.iter("a") if path in (anchor.get("href") or ""))
    # HTML allows no link in a link. The text of a link would be read again for each one around it.
    return [
        link for link in islice(links, MAX_LINKS) if next(link.iterancestors("a"), None) is None
    ]


def _outside_links(element: Any) -> Iterator[Any]:
    pending = [element]
    while pending:
        inner = pending.pop()
        if inner.tag != "a":
            yield inner
            pending += reversed(inner)


def _name_and_version(element: Any) -> tuple[str, str | None]:
    """Return `Name` and `Version` of `Name <span>Version</span>`; the version may be unknown."""
    for inner in element.iter("*"):
        if name := _own_text(inner):
            children = [*inner.iterchildren("*")]
            return name, _text(children[0]) if len(children) == 1 else None
    return "", None


def _named(names: Iterable[str]) -> list[Record]:
    return [{"name": name} for name in names]


def _text(element: Any) -> str:
    return _one_line("".join(element.itertext()))


def _own_text(element: Any) -> str:
    """Return the text of an element without that of the elements in it."""
    tails = (child.tail or "" for child in element)
    return _one_line((element.text or "") + "".join(tails))


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _milliseconds(duration: str) -> int | None:
    """Return the length of `PT6M11S` (ISO 8601)."""
    found = _DURATION.fullmatch(duration)
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return 1000 * (3600 * hours + 60 * minutes + seconds)

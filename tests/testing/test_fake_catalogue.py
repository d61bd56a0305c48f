"""The bundled catalogue is invented and consistent, and has many similar tracks."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

import pytest
from tables import each_row

import beatport_match.testing
from beatport_match.errors import MisuseError
from beatport_match.model.keys import parse_key
from beatport_match.testing import CatalogueTrack, bundled_catalogue
from beatport_match.testing.identifiers import artist_id, label_id
from beatport_match.testing.templates import json_template

CATALOGUE = bundled_catalogue()
IDS = json_template("ids.json")


def tracks_by_title() -> dict[tuple[frozenset[str], str], list[CatalogueTrack]]:
    found: dict[tuple[frozenset[str], str], list[CatalogueTrack]] = defaultdict(list)
    for track in CATALOGUE:
        found[frozenset(track.artists), track.name].append(track)
    return found


def test_public_names_are_sorted_and_exist() -> None:
    names = beatport_match.testing.__all__
    constants = [name for name in names if name.isupper()]
    others = [name for name in names if not name.isupper()]
    assert names == constants + sorted(others, key=lambda n: (not n[0].isupper(), n))
    assert all(hasattr(beatport_match.testing, name) for name in names)


def test_ids_are_unique_and_eight_digits_long() -> None:
    ids = [track.id for track in CATALOGUE]
    assert ids == sorted(set(ids))
    assert all(10_000_000 <= number <= 99_999_999 for number in ids)
    assert len(ids) == 504


def test_invented_ids_of_artists_and_labels_are_unique() -> None:
    people = {name for track in CATALOGUE for name in (*track.artists, *track.remixers)}
    labels = {track.label for track in CATALOGUE}
    assert len(people) >= 80
    assert len(labels) >= 28
    assert len({artist_id(name) for name in people}) == len(people)
    assert len({label_id(name) for name in labels}) == len(labels)


def test_artist_ids_sort_differently_as_text() -> None:
    """Only then can a test see which of the two orders is used."""
    ids = [artist_id(name) for track in CATALOGUE for name in track.artists]
    assert sorted(ids) != sorted(ids, key=str)


def test_an_isrc_belongs_to_one_recording() -> None:
    """Rereleases share it. The country code `XX` shows that it is invented."""
    recordings: dict[str, set[tuple[object, ...]]] = defaultdict(set)
    for track in CATALOGUE:
        assert re.fullmatch(r"XX[A-Z0-9]{3}\d{7}", track.isrc)
        recording = (
            track.name,
            track.mix_name,
            frozenset(track.artists),
            track.remixers,
            track.bpm,
        )
        recordings[track.isrc].add(recording)
    assert all(len(values) == 1 for values in recordings.values())
    assert len(CATALOGUE) - len(recordings) >= 20


def test_length_version_key_and_genre_of_every_track_are_plausible() -> None:
    for track in CATALOGUE:
        seconds, version = track.length_ms / 1000, track.mix_name
        assert 150 <= seconds <= 510, track
        if re.search(r"Radio (Edit|Mix)$", version):
            assert 175 <= seconds <= 232, track
        elif "Extended" in version:
            assert 330 <= seconds <= 462, track
        elif re.search(r"(Dub|Dub Mix|Club Mix)$|^Live", version):
            assert seconds >= 275, track
        assert parse_key(track.key), track
        assert track.key in IDS["keys"], track
        assert track.genre in IDS["genres"], track
        assert 80 <= track.bpm <= 180, track
        assert "2013" <= track.release_date[:4] <= "2025", track
        assert all(remixer in version for remixer in track.remixers), track
        assert bool(track.remixers) == bool(re.search(r" (Remix|Dub|Club Mix|VIP)\b", version)), (
            track
        )


def test_versions_of_a_title_are_consistent() -> None:
    """A radio edit is shorter than the extended mix; a remaster is later and equally long."""
    compared = 0
    for versions in tracks_by_title().values():
        own = {t.mix_name: t for t in reversed(versions) if not t.remixers}
        extended, original = own.get("Extended Mix"), own.get("Original Mix")
        radio = own.get("Radio Edit") or own.get("Radio Mix")
        if extended and radio:
            assert radio.length_ms < extended.length_ms - 60_000
            compared += 1
        if extended and original:
            assert original.length_ms < extended.length_ms - 30_000
            compared += 1
        for name, track in own.items():
            if name.startswith("Instrumental") and original:
                assert abs(track.length_ms - original.length_ms) < 2_000
            if name.endswith("Remaster") and original:
                assert track.release_date > original.release_date
                assert abs(track.length_ms - original.length_ms) < 3_000
                compared += 1
    assert compared > 60


def test_the_catalogue_has_every_kind_of_similar_tracks() -> None:
    by_title = tracks_by_title()
    titles = defaultdict(set)
    for people, name in by_title:
        titles[name].add(people)
    remixes = [t for t in CATALOGUE if t.remixers]
    by_one = defaultdict(set)
    for t in remixes:
        by_one[t.name, t.remixers].add(t.mix_name)
    assert sum(len(people) > 1 for people in titles.values()) >= 2  # one title, two artists
    assert sum(len(mixes) > 1 for mixes in by_one.values()) >= 10  # two remixes by one remixer
    assert any(len(mixes) > 2 for mixes in by_one.values())
    assert any(set(t.artists) & set(t.remixers) for t in CATALOGUE)  # Artist and Remixer in one
    assert any("Part 2" in t.name for t in CATALOGUE)
    assert any("feat." in t.name for t in CATALOGUE)
    assert any(" & " in artist for t in CATALOGUE for artist in t.artists)
    assert any(artist.isdecimal() for t in CATALOGUE for artist in t.artists)
    assert any("Remix" in t.name and t.mix_name == "Original Mix" for t in CATALOGUE)
    assert {t.artists for t in CATALOGUE} & {t.artists[::-1] for t in CATALOGUE if t.artists[1:]}
    words = ("Acapella", "Instrumental", "VIP", "Live", "Remaster", "Dub", "Club", "Radio")
    assert all(any(word in t.mix_name for t in CATALOGUE) for word in words)
    letters = {unicodedata.name(c).split()[0] for t in CATALOGUE for c in t.name if c.isalpha()}
    assert letters >= {"LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "CJK", "KATAKANA"}


@each_row(
    "wrong",
    [
        {"id": 0},
        {"artists": "One Name"},
        {"key": "loud"},
        {"release_date": "last week"},
    ],
)
def test_a_bad_field_of_a_track_is_rejected_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(MisuseError, match=f"CatalogueTrack.{next(iter(wrong))}"):
        CatalogueTrack(**{"id": 1, "name": "Some Title", **wrong})  # type: ignore[arg-type]

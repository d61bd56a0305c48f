"""The demo collection is a messy Rekordbox export with known right answers."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree as ET

from beatport_match.model.keys import parse_key
from beatport_match.testing import bundled_catalogue, demo_answers, demo_collection

CATALOGUE = {track.id: track for track in bundled_catalogue()}


def collection() -> ET.Element:
    with demo_collection() as path:
        return ET.parse(path).getroot()


def test_every_track_has_answers_from_the_catalogue() -> None:
    tracks = collection().findall("./COLLECTION/TRACK")
    answers = demo_answers()
    assert len(tracks) >= 66
    assert [track.get("TrackID") for track in tracks] == list(answers)
    assert all(number in CATALOGUE for right in answers.values() for number in right)
    assert sum(not right for right in answers.values()) == 10


def test_answers_are_all_releases_of_one_recording() -> None:
    several = 0
    for right in filter(None, demo_answers().values()):
        isrcs = {CATALOGUE[number].isrc for number in right}
        assert len(isrcs) == 1
        assert set(right) == {t.id for t in CATALOGUE.values() if t.isrc in isrcs}
        several += len(right) > 1
    assert several >= 5


def test_length_tempo_and_key_are_those_of_the_right_version() -> None:
    """The length fits mostly, the tempo is slightly off, and keys have several notations."""
    notations, off = set(), 0
    for track in collection().findall("./COLLECTION/TRACK"):
        right = demo_answers()[track.get("TrackID", "")]
        if not right:
            continue
        wanted = CATALOGUE[right[0]]
        off += abs(int(track.get("TotalTime", "0")) - wanted.length_ms / 1000) > 2
        bpm = float(track.get("AverageBpm", "0"))
        assert min(abs(bpm - wanted.bpm), abs(2 * bpm - wanted.bpm)) < 0.2, track.get("Name")
        if tonality := track.get("Tonality"):
            assert parse_key(tonality) == parse_key(wanted.key), track.get("Name")
            notations.add(tonality[-1])
    assert off <= 3
    assert notations >= {"A", "B", "m", "d"}


def test_texts_are_as_messy_as_in_real_libraries() -> None:
    """They have empty artists, underscores, brackets, capitals, duplicates and cut titles."""
    tracks = collection().findall("./COLLECTION/TRACK")
    names = [track.get("Name", "") for track in tracks]
    artists = [track.get("Artist", "") for track in tracks]
    assert sum(not artist for artist in artists) >= 4
    for mark in ("_", "[", "Rmx", "feat", "[FREE DL]", " - "):
        assert any(mark in name for name in names), mark
    for mark in ("&", " x ", " vs ", ",", "feat."):
        assert any(mark in artist for artist in artists), mark
    assert any(name.isupper() for name in names)
    assert any(name.islower() for name in names)
    assert any(name.count("(") > name.count(")") for name in names)
    assert any("Strassen" in name for name in names)
    wanted = Counter(right for right in demo_answers().values() if right)
    assert wanted.most_common(1)[0][1] == 2


def test_playlists_are_nested_and_one_name_is_in_two_folders() -> None:
    """The counts are right, and every entry is in the collection, by id or by location."""
    root = collection()
    known = {"0": set(), "1": set()}
    for track in root.findall("./COLLECTION/TRACK"):
        known["0"].add(track.get("TrackID"))
        known["1"].add(track.get("Location"))
    assert root.find("./COLLECTION").get("Entries") == str(len(known["0"]))  # type: ignore[union-attr]
    names = []
    for node in root.iter("NODE"):
        children = [
            child for child in node if child.tag == ("NODE", "TRACK")[int(node.get("Type", ""))]
        ]
        assert len(children) == len(node) == int(node.get("Count") or node.get("Entries") or "-1")
        if node.get("Type") == "1":
            names.append(node.get("Name"))
            assert {child.get("Key") for child in node} <= known[node.get("KeyType", "")]
    assert names.count("Friday") == 2
    assert {folder.get("Name") for folder in root.findall("./PLAYLISTS/NODE/NODE[@Type='0']")} == {
        "Sets",
        "Archive",
    }

"""Enriched libraries: matched values are added and all other bytes stay the same."""

from __future__ import annotations

import gc
import tracemalloc
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented_tracks import unchecked

from beatport_match import enrich_library, list_playlists, read_playlist
from beatport_match.errors import MisuseError, OutputError, PlaylistError
from beatport_match.matching.match import Match
from beatport_match.model.evidence import ScoredCandidate
from beatport_match.model.keys import Key, parse_key
from beatport_match.model.tracks import Candidate, Track

FOUND = Candidate(
    id=41,
    name="Tide",
    mix_name="Nørd & Co Remix",
    artists=("Ana Lívia",),
    remixers=("Nørd", "Co"),
    label='Quay "Q" Records',
    release_date="2019-05-03",
    bpm=124.5,
    key="F Minor",
)
ENTRY = (
    '<TRACK TrackID=\'7\' Name="Tide > \'Ebb\'" Artist="Ana &#x4C;ívia"\n  {} Colour = "0xFF" >'
    '<TEMPO Inizio="0.1" Bpm="126.00"/><POSITION_MARK Name="drop &lt;" Num="-1"/></TRACK>'
)
EXPORT = (
    '<?xml version="1.0" encoding="UTF-8"?>\r\n<!-- by hand -->\n<DJ_PLAYLISTS Version="1.0.0">'
    '\n<COLLECTION Entries="2">{}<TRACK TrackID="8" Name="Ebb"/></COLLECTION>\n<PLAYLISTS>'
    '<NODE Type="0" Name="ROOT"><NODE Name="Set" Type="1" KeyType="0"><TRACK Key="7"/></NODE>'
    "</NODE></PLAYLISTS><later by='7'><![CDATA[<TRACK>]]></later></DJ_PLAYLISTS>\n<?end?>\n"
)
NAMES = {"Tonality", "Label", "Year", "Remixer", "Mix", "AverageBpm"}
MODES = ("major", "minor")
ALL = ("key", "label", "year", "remixer", "mix")


def matched(track: Track, found: Candidate = FOUND, outcome: str = "matched") -> Match:
    best = ScoredCandidate(found, 99.0, 0.99, "same_recording", ())
    return Match(
        track=track,
        outcome=outcome,  # type: ignore[arg-type]
        best=best if outcome in {"matched", "review"} else None,
        candidates=(best,),
        confidence=0.99,
        queries=(),
        failures=(),
        stopped="enough",
    )


def all_matched(file: Path, found: Candidate = FOUND) -> list[Match]:
    return [matched(track, found) for track in read_playlist(file)]


@pytest.fixture
def write(tmp_path):
    def written(attributes: str = "", encoding: str = "utf-8", export: str = EXPORT) -> Path:
        file = tmp_path / "export.xml"
        file.write_bytes(export.format(ENTRY.format(attributes)).encode(encoding))
        return file

    return written


def enriched(file: Path, *, matches: list[Match] | None = None, **options) -> str:
    """Enrich the file without a new playlist, and return the new export as text."""
    out = file.with_name("out.xml")
    out.unlink(missing_ok=True)
    (first, _) = read_playlist(file)
    options = {"notation": "short", "playlist": None, **options}
    enrich_library(file, matches or [matched(first)], out, **options)
    return out.read_bytes().decode()


def test_missing_values_are_filled_and_other_bytes_stay(write):
    """The original file does not change, and the mix stays blank."""
    file = write("Tonality='' Year=\"0\" AverageBpm = '0.00'")
    was = file.read_bytes()
    now = enriched(file)
    expected = ENTRY.format('Tonality="Fm" Year="2019" AverageBpm = "124.50"').replace(
        '"0xFF" >',
        '"0xFF"  Label="Quay &quot;Q&quot; Records" Remixer="Nørd, Co">',
    )
    assert now.encode() == EXPORT.format(expected).encode()
    assert file.read_bytes() == was


def test_existing_values_stay(write):
    attributes = 'Tonality="C" Label="Mine" Year="2001" Remixer="Me" Mix="Dub" AverageBpm="126.00"'
    file = write(attributes)
    assert enriched(file) == EXPORT.format(ENTRY.format(attributes))
    assert enriched(file, overwrite=["key"]) == EXPORT.format(
        ENTRY.format(attributes.replace('"C"', '"Fm"'))
    )


def test_overwrite_selects_the_fields_to_replace(write):
    """The BPM and other fields cannot be overwritten."""
    file = write('Tonality="C" Label="Mine" Year="2001" Remixer="Me" Mix="Dub" AverageBpm="126.00"')
    now = enriched(file, overwrite=["label", "mix", "remixer", "year"])
    assert 'Tonality="C" Label="Quay &quot;Q&quot; Records" Year="2019" Remixer="Nørd, Co"' in now
    assert 'Mix="Nørd &amp; Co Remix" AverageBpm="126.00"' in now
    out = file.with_name("none.xml")
    for name in ("bpm", "Name", "Tonality"):
        with pytest.raises(MisuseError, match=f"{name} cannot be overwritten, only key, label,"):
            enrich_library(file, (), out, overwrite=[name])
    with pytest.raises(MisuseError, match="notation cannot be 'Camelot', only short, camelot, op"):
        enrich_library(file, (), out, notation="Camelot")
    assert not out.exists()


def test_blank_mix_is_written_only_if_it_is_named(write):
    assert "Mix=" not in enriched(write())
    assert 'Mix="Nørd &amp; Co Remix"' in enriched(write("Mix=''"), overwrite=["mix"])


@pytest.mark.parametrize("key", ["4A", "F min", "fm", "09m"])
def test_same_key_keeps_its_notation(write, key):
    file = write(f'Tonality="{key}"')
    assert f'Tonality="{key}"' in enriched(file, overwrite=["key"])


@pytest.mark.parametrize("key", ["12A", "no key", " "])
def test_other_key_is_written_in_the_requested_notation(write, key):
    file = write(f'Tonality="{key}"')
    for notation, written in (("short", "Fm"), ("camelot", "4A"), ("open_key", "9m")):
        now = enriched(file, notation=notation, overwrite=["key"])
        assert f'Tonality="{written}"' in now


@pytest.mark.parametrize(
    ("keys", "written"), [(("8A", "1A", "Am"), "4A"), (("8d", "1m", "Am"), "9m"), (("Am",), "Fm")]
)
def test_key_is_written_as_in_most_of_the_library(write, keys, written):
    """Without any key it is written as Camelot."""
    others = "".join(f'<TRACK Name="Foam" Tonality="{key}"/>' for key in keys)
    file = write(export=EXPORT.replace("<TRACK TrackID", others + "<TRACK TrackID"))
    (first, *_) = read_playlist(file)
    report = enrich_library(file, [matched(first)], file.with_name("out.xml"))
    assert f'Tonality="{written}"' in file.with_name("out.xml").read_text("utf-8")
    assert report.notation == {"4A": "camelot", "9m": "open_key", "Fm": "short"}[written]
    assert 'Tonality="4A"' in enriched(write(), notation=None)


def test_only_the_outcome_matched_is_applied(write, tmp_path):
    file = write()
    (first, _) = read_playlist(file)
    for outcome in ("review", "not_found", "failed"):
        report = enrich_library(file, [matched(first, outcome=outcome)], tmp_path / outcome)
        assert (report.tracks, report.enriched, report.absent) == (2, 0, 0)
        assert (tmp_path / outcome).read_bytes() == file.read_bytes()
    assert str(report).endswith("failed: 0 of 2 tracks enriched.")


def test_match_is_applied_only_to_an_unchanged_entry(write, tmp_path):
    """`absent` counts matches whose entry is missing or has changed."""
    file = write()
    (first, _) = read_playlist(file)
    others = [replace(first, title="Tide"), replace(first, id="9"), Track("Tide")]
    report = enrich_library(file, map(matched, others), tmp_path / "out.xml")
    assert (report.tracks, report.enriched, report.absent) == (2, 0, 3)
    assert str(report).endswith(
        "0 of 2 tracks enriched; 3 matched tracks are not in it or no longer the same."
    )


def test_enriched_export_is_enriched_again(write, tmp_path):
    """The values that were written, and those of a new analysis, do not make it another track."""
    file = write()
    matches = all_matched(file)
    enrich_library(file, matches, tmp_path / "once.xml")
    report = enrich_library(tmp_path / "once.xml", matches, tmp_path / "twice.xml")
    assert (report.enriched, report.absent) == (0, 0)
    analysed = write('AverageBpm="131.00" Tonality="4A" ')
    label = enrich_library(analysed, matches, tmp_path / "new.xml")
    assert (label.enriched, label.absent) == (2, 0)


def test_matches_of_one_playlist_are_applied(write):
    """An entry read through a playlist equals the entry of the collection."""
    file = write()
    (one,) = read_playlist(file, "Set")
    assert 'Label="Quay' in enriched(file, matches=[matched(one)])


def test_existing_files_are_not_overwritten(write, tmp_path):
    """The original is recognised under any name: links and hard links too."""
    file = write()
    was = file.read_bytes()
    names = {"link.xml": file, "dangling.xml": tmp_path / "gone.xml"}
    for name, to in names.items():
        (tmp_path / name).symlink_to(to)
    (tmp_path / "hard.xml").hardlink_to(file)
    for name in ("export.xml", "link.xml", "hard.xml"):
        with pytest.raises(PlaylistError, match=f"{name}: is the original itself, and no file"):
            enrich_library(file, (), tmp_path / name)
    (tmp_path / "other.xml").write_text("mine")
    for name in ("other.xml", "dangling.xml", "."):
        with pytest.raises(PlaylistError, match="already exists, and no file is overwritten"):
            enrich_library(file, (), tmp_path / name)
    assert file.read_bytes() == was
    assert (tmp_path / "other.xml").read_text() == "mine"
    assert not (tmp_path / "gone.xml").exists()


def test_file_created_during_the_run_is_not_overwritten(write, tmp_path):
    file, out = write(), tmp_path / "out.xml"

    def matches():
        out.write_text("mine")
        yield from all_matched(file)

    with pytest.raises(PlaylistError, match="already exists"):
        enrich_library(file, matches(), out)
    assert out.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export.xml", "out.xml"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (EXPORT.format(ENTRY.format(""))[:-60].encode(), "the file ends before it is complete"),
        (EXPORT.format("<TRACK <").encode(), "is not well-formed XML"),
        (b"<!DOCTYPE d [<!ENTITY a 'b'>]><DJ_PLAYLISTS/>", "it has a DOCTYPE"),
        (b"<html/>", "its root is <html>"),
        (b"#EXTM3U\n/a/b.mp3\n", "only Rekordbox exports .XML. and Traktor collections .NML. can"),
        (b"", "is empty"),
        (EXPORT.format(f'<TRACK Name="{"x" * 90_000}"/>').encode(), "is longer than 65536 bytes"),
    ],
)
def test_bad_original_leaves_no_output_and_no_draft(tmp_path, content, why):
    file = tmp_path / "export.xml"
    file.write_bytes(content)
    with pytest.raises(PlaylistError, match=why) as caught:
        enrich_library(file, (), tmp_path / "out.xml")
    assert str(caught.value).startswith(str(file))
    assert [path.name for path in tmp_path.iterdir()] == ["export.xml"]
    assert file.read_bytes() == content


def test_missing_original_and_missing_output_folder(write, tmp_path):
    """A `PlaylistError` is about the original, an `OutputError` about the output."""
    with pytest.raises(PlaylistError, match="there is no such file"):
        enrich_library(tmp_path / "gone.xml", (), tmp_path / "out.xml")
    with pytest.raises(OutputError, match="cannot be written"):
        enrich_library(write(), (), tmp_path / "gone" / "out.xml")


def test_utf_16_is_copied_but_not_changed(write, tmp_path):
    """Tags are found only in encodings that keep ASCII bytes; a change in UTF-16 is an error."""
    file = write(encoding="utf-16", export=EXPORT.replace("UTF-8", "UTF-16"))
    enrich_library(file, (), tmp_path / "same.xml")
    assert (tmp_path / "same.xml").read_bytes() == file.read_bytes()
    with pytest.raises(PlaylistError, match="line 4: the tag TRACK is not where the reader"):
        enrich_library(file, all_matched(file), tmp_path / "out.xml")
    assert not (tmp_path / "out.xml").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "iso-8859-15"])
def test_new_values_use_the_declared_encoding(write, tmp_path, encoding):
    """Characters outside this encoding become character references."""
    declared = encoding.removesuffix("-sig")
    file = write(encoding=encoding, export=EXPORT.replace("UTF-8", declared))
    found = replace(FOUND, label="Señor Žluťoučký 波")
    enrich_library(file, all_matched(file, found), tmp_path / "out.xml")
    now = (tmp_path / "out.xml").read_bytes()
    assert 'Remixer="Nørd, Co"'.encode(declared) in now
    assert now.startswith(file.read_bytes()[:60])
    (first, _) = read_playlist(tmp_path / "out.xml")
    assert (first.label, first.artists) == (found.label, "Ana Lívia")


def test_tag_that_would_exceed_the_limit_stays(write, tmp_path):
    file = write()
    long = replace(FOUND, label="&" * 20_000)
    report = enrich_library(file, all_matched(file, long), tmp_path / "out.xml")
    assert report.enriched == 0
    assert (tmp_path / "out.xml").read_bytes() == file.read_bytes()


def test_long_tag_is_changed(write):
    """A tag of 60,000 characters is read and changed like any other."""
    long = "x" * 60_000
    assert f'Comments="{long}" Label="Mine" Colour' in enriched(
        write(f'Comments="{long}" Label=""'),
        matches=None,
    ).replace("Quay &quot;Q&quot; Records", "Mine")


NAME = st.sampled_from(["Artist", "Colour", *sorted(NAMES)])
RAW = st.text("ab>/=\u00e9 0129&<'\"\n", max_size=8)
FREE = st.sampled_from(["", "\n ", "<!-- <TRACK Name='a'> -->", "<![CDATA[<TRACK]]>", "<x/>", "é"])


@st.composite
def tags(draw):
    attributes = {**draw(st.dictionaries(NAME, RAW, max_size=6)), "Name": f"a{draw(RAW)}"}
    parts = [f"<TRACK TrackID='{draw(st.integers(1, 3))}'"]
    for name, raw in attributes.items():
        quote = draw(st.sampled_from("'\""))
        value = raw.replace("&", "&amp;").replace("<", "&lt;").replace(quote, "&#34;")
        parts.append(f"{draw(st.sampled_from([' ', '  ', chr(10)]))}{name}={quote}{value}{quote}")
    end = draw(st.sampled_from(["/>", " />", "></TRACK>", "><TEMPO Bpm='1'/>é</TRACK >"]))
    return "".join(parts) + end


exports = st.lists(st.tuples(FREE, tags()), max_size=6).map(
    lambda parts: EXPORT.format("".join(free + tag for free, tag in parts))
)
candidates = st.builds(
    lambda bpm, **values: unchecked(Candidate(**values), bpm=bpm),
    id=st.just(1),
    name=st.just("a"),
    mix_name=st.none() | st.text(max_size=8),
    remixers=st.lists(st.text(max_size=4), max_size=2).map(tuple),
    label=st.none() | st.text(max_size=8) | st.just("\ud800\ufffe\x00'\"<&>"),
    release_date=st.none() | st.sampled_from(["2019-05-03", "", "soon"]),
    bpm=st.none() | st.floats(),
    key=st.none() | st.sampled_from(["F Minor", "A Major", "?"]),
)


def value_of(track: Track, name: str) -> object:
    fields = {"Tonality": "key", "AverageBpm": "bpm", "Remixer": "remixers"}
    return getattr(track, fields.get(name, name.lower()))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(export=exports, found=candidates, take=st.sets(st.integers(0, 6)), every=st.booleans())
def test_only_attributes_of_matched_tracks_change(tmp_path, export, found, take, every):
    """Only the start tags of matched tracks change, and of those only the six attributes."""
    file, out = tmp_path / "export.xml", tmp_path / "out.xml"
    file.write_text(export, encoding="utf-8", newline="")
    out.unlink(missing_ok=True)
    tracks = list(read_playlist(file))
    chosen = [track for place, track in enumerate(tracks) if place in take]
    matches = [matched(track, found) for track in chosen]
    report = enrich_library(file, matches, out, overwrite=ALL if every else (), playlist=None)
    assert (report.tracks, report.absent) == (len(tracks), 0)
    assert (report.enriched == 0) == (out.read_bytes() == file.read_bytes())
    before, after = ET.parse(file).getroot(), ET.parse(out).getroot()
    entries = dict(zip(before.iterfind("COLLECTION/TRACK"), tracks, strict=True))
    for was, now in zip(before.iter(), after.iter(), strict=True):
        assert (was.tag, was.text, was.tail) == (now.tag, now.text, now.tail)
        touched = {
            name
            for name in was.attrib.keys() | now.attrib.keys()
            if was.attrib.get(name) != now.attrib.get(name)
        }
        assert touched <= (NAMES if entries.get(was) in chosen else set())
        if not every:
            # An attribute with a value that the reader understands has not changed.
            assert not [name for name in touched if value_of(entries[was], name)]
            assert "Mix" not in touched
    assert [one.id for one in read_playlist(out)] == [one.id for one in tracks]


@pytest.mark.fuzz
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | RAW.map(str.encode), st.integers(0, 400))
def test_any_bytes_are_enriched_or_rejected(tmp_path, noise, place):
    """Either a `PlaylistError` and no file, or a file with the same tracks; without matches, an
    equal file."""
    file, out, same = (tmp_path / name for name in ("export.xml", "out.xml", "same.xml"))
    whole = EXPORT.format(ENTRY.format("Label=''")).encode()
    file.write_bytes(whole[:place] + noise + whole[place:])
    for old in (out, same):
        old.unlink(missing_ok=True)
    try:
        enrich_library(file, (), same)
        enrich_library(file, all_matched(file), out)
    except PlaylistError:
        assert not out.exists()
    else:
        assert same.read_bytes() == file.read_bytes()
        assert [one.id for one in read_playlist(out)] == [one.id for one in read_playlist(file)]
        assert all(one.label for one in read_playlist(out))


def test_memory_does_not_grow_with_the_file(tmp_path):
    """The bytes are copied in pieces."""
    file = tmp_path / "large.xml"
    entry = ENTRY.format("Comments='{}'").format
    with file.open("w", encoding="utf-8") as out:
        out.write("<DJ_PLAYLISTS><COLLECTION>")
        out.writelines(entry(number).replace("'7'", f"'{number}'") for number in range(4_000))
        out.write("</COLLECTION></DJ_PLAYLISTS>")
    (last,) = (track for track in read_playlist(file) if track.id == "3999")
    gc.collect()
    tracemalloc.start()
    try:
        report = enrich_library(file, [matched(last)], tmp_path / "out.xml")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (report.tracks, report.enriched) == (4_000, 1)
    assert peak < 500_000


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        ('<NODE Type="0" Name="ROOT" Count="1">', '<NODE Type="0" Name="ROOT" Count="2">'),
        ("<NODE Name='ROOT'>", "<NODE Name='ROOT'>"),
    ],
)
def test_enriched_tracks_are_in_a_playlist_of_their_own(write, root, expected):
    """Rekordbox imports known tracks again only if they are selected, such as in a playlist."""
    file = write(export=EXPORT.replace('<NODE Type="0" Name="ROOT">', root))
    report = enrich_library(file, all_matched(file), file.with_name("out.xml"), playlist='"B" & 1')
    out = file.with_name("out.xml")
    assert report.playlist == '"B" & 1'
    assert list_playlists(out) == ('"B" & 1', "Set")
    assert [one.id for one in read_playlist(out, '"B" & 1')] == ["7", "8"]
    assert f'{expected}<NODE Name="&quot;B&quot; &amp; 1" Type="1" KeyType="0" Entries="2">' in (
        out.read_text("utf-8")
    )


def test_new_playlist_gets_a_free_name(write):
    """An enriched export can be enriched again."""
    file = write()
    first = enrich_library(file, all_matched(file), file.with_name("1.xml"))
    again = replace(FOUND, label="Other")
    second = enrich_library(
        first.path, all_matched(Path(first.path), again), file.with_name("2.xml"), overwrite=ALL
    )
    assert (first.playlist, second.playlist) == ("Beatport", "Beatport 2")
    assert list_playlists(second.path) == ("Beatport 2", "Beatport", "Set")


@pytest.mark.parametrize(
    ("playlists", "names"),
    [
        ('<PLAYLISTS><NODE Type="0" Name="ROOT" Count="0" /></PLAYLISTS>', ("Beatport",)),
        ("<PLAYLISTS/>", ()),
        ("", ()),
    ],
)
def test_playlist_is_written_where_there_is_a_root_folder(write, playlists, names):
    start, end = EXPORT.index("<PLAYLISTS>"), EXPORT.index("<later")
    file = write(export=EXPORT[:start] + playlists + EXPORT[end:])
    report = enrich_library(file, all_matched(file), file.with_name("out.xml"))
    assert (report.playlist, report.enriched) == (names[0] if names else None, 2)
    assert list_playlists(report.path) == names


def test_without_a_change_there_is_no_playlist(write):
    file = write()
    report = enrich_library(file, (), file.with_name("out.xml"))
    assert report.playlist is None
    assert file.with_name("out.xml").read_bytes() == file.read_bytes()


def test_match_of_a_track_that_was_completed_from_its_music_file_is_applied(write):
    """With `tags=True` the track has values that its entry lacks."""
    file = write()
    (first, _) = read_playlist(file)
    complete = replace(first, year=2001, isrc="XXAA12000001")
    assert 'Label="Quay' in enriched(file, matches=[matched(complete)])


def test_library_of_another_program_is_rejected(tmp_path):
    file = tmp_path / "database.xml"
    file.write_text("<VirtualDJ_Database Version='8'></VirtualDJ_Database>")
    with pytest.raises(PlaylistError, match="only Rekordbox exports"):
        enrich_library(file, (), tmp_path / "out.xml")


NML_ENTRY = (
    '<ENTRY TITLE="{title}" ARTIST="Ana"><LOCATION DIR="/:M/:" FILE="{title}.mp3" VOLUME="C:">'
    "</LOCATION><ALBUM TITLE='Harbour'></ALBUM>{children}<CUE_V2 NAME='&lt;INFO LABEL=&quot;'>"
    "</CUE_V2></ENTRY>\r\n"
)
NML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no" ?>\n<NML VERSION="19"><COLLECTION '
    'ENTRIES="2">{}</COLLECTION><PLAYLISTS><NODE TYPE="FOLDER" NAME="$ROOT"/></PLAYLISTS></NML>\n'
)


@pytest.fixture
def write_nml(tmp_path):
    def written(*children: str) -> Path:
        entries = [
            NML_ENTRY.format(title=f"Tide {number}", children=one)
            for number, one in enumerate(children)
        ]
        file = tmp_path / "collection.nml"
        file.write_bytes(NML.format("".join(entries)).encode())
        return file

    return written


def enriched_nml(file: Path, found: Candidate = FOUND, **options) -> str:
    out = file.with_name("out.nml")
    out.unlink(missing_ok=True)
    enrich_library(file, all_matched(file, found), out, **options)
    return out.read_bytes().decode()


def test_traktor_collection_is_enriched_and_other_bytes_stay(write_nml):
    """The key is written as a number too, and the date as Traktor writes it."""
    children = (
        '<INFO BITRATE="320000" LABEL="" FLAGS="1"></INFO><TEMPO BPM="0"></TEMPO>'
        '<MUSICAL_KEY VALUE=""></MUSICAL_KEY>'
    )
    file = write_nml(children)
    was = file.read_bytes().decode()
    assert enriched_nml(file) == was.replace(
        'LABEL="" FLAGS="1">',
        'LABEL="Quay &quot;Q&quot; Records" FLAGS="1" KEY="4A" RELEASE_DATE="2019/5/3" '
        'REMIXER="Nørd, Co">',
    ).replace('VALUE=""', 'VALUE="17"')
    assert file.read_bytes().decode() == was


def test_existing_values_of_traktor_stay_unless_they_are_named(write_nml):
    """A number of a key is a key, even if the text of the key is blank."""
    full = (
        '<INFO LABEL="Mine" REMIXER="Me" KEY="" RELEASE_DATE="2001/1/1" MIX="Dub"></INFO>'
        '<MUSICAL_KEY VALUE="21"></MUSICAL_KEY>'
    )
    file = write_nml(full)
    assert enriched_nml(file) == file.read_bytes().decode()
    now = enriched_nml(file, overwrite=ALL, notation="open_key")
    assert 'KEY="9m" RELEASE_DATE="2019/5/3" MIX="Nørd &amp; Co Remix"' in now
    assert 'VALUE="17"' in now


@pytest.mark.parametrize("key", [Key(pitch, mode) for pitch in range(12) for mode in MODES])
def test_key_number_of_traktor_is_read_back(write_nml, key):
    file = write_nml('<INFO></INFO><MUSICAL_KEY VALUE="99"></MUSICAL_KEY>')
    enriched_nml(file, replace(FOUND, key=key.name))
    (track,) = read_playlist(file.with_name("out.nml"))
    assert parse_key(track.key) == key


@pytest.mark.parametrize(
    ("date", "written"),
    [
        ("2019-05-03", "2019/5/3"),
        ("2019-12", "2019/12/1"),
        ("2019", "2019/1/1"),
        ("2019-05-03T10:00", "2019/5/3"),
        ("2019-5", "2019/1/1"),
    ],
)
def test_release_date_of_traktor(write_nml, date, written):
    file = write_nml("<INFO></INFO>")
    assert f'RELEASE_DATE="{written}"' in enriched_nml(file, replace(FOUND, release_date=date))


def test_traktor_entry_without_the_tag_stays(write_nml):
    """Without MUSICAL_KEY the text of the key is written; without INFO nothing is."""
    file = write_nml("<INFO></INFO>", "", "<LOOPINFO></LOOPINFO><INFO></INFO>")
    report = enrich_library(file, all_matched(file), file.with_name("1.nml"))
    assert (report.tracks, report.enriched, report.absent, report.playlist) == (2, 1, 0, None)
    now = file.with_name("1.nml").read_text("utf-8")
    assert (now.count('KEY="4A"'), now.count("<MUSICAL_KEY")) == (1, 0)

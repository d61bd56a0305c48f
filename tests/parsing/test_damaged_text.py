"""Damaged text is repaired, and other text is not changed."""

from hypothesis import given
from hypothesis import strategies as st
from tables import each_row

from beatport_match.model.tracks import Track
from beatport_match.parsing.damaged_text import readable, repair


@each_row(
    "damaged, text",
    [
        ("Don&#39;t Go", "Don't Go"),
        ("Rock &amp;amp; Ride", "Rock & Ride"),
        ("Night&#x2019;s End", "Night’s End"),
        ("Don%27t%20Go", "Don't Go"),
        ("NÃ¸rdlys", "Nørdlys"),
        ("VetrovaÂ´s", "Vetrova´s"),
        ("Weâ€™re Here", "We’re Here"),
        ("WeÃ¢Â€Â™re Here", "We’re Here"),
        ("\u00d0\u009d\u00d0\u00be\u00d1\u0087\u00d1\u008c", "Ночь"),
    ],
)
def test_damage_is_repaired(damaged, text):
    assert repair(damaged) == text


def test_text_is_repaired_three_times():
    assert repair("&amp;amp;amp;amp;") == "&amp;"


@each_row(
    "text",
    ["100% Pure", "Kolva & Brenn", "50%off", "Café Ñandú", "Ønsker Â Ä", "AT&T;", "R&B", "é©"],
)
def test_text_without_damage_stays(text):
    assert repair(text) == text


@given(st.text(max_size=60))
def test_utf8_read_as_another_encoding_is_read_again(text):
    """A text that survives the wrong encoding is repaired, unless it was damaged before."""
    try:
        damaged = text.encode().decode("cp1252")
    except UnicodeDecodeError:
        return
    if repair(text) == text:
        assert repair(damaged) == text


def test_all_texts_of_a_track_are_repaired():
    track = Track("It&#39;s", ("NÃ¸rd", "Ana"), remixers="A &amp; B", album="Ã˜", label="R%26B")
    assert readable(track) == Track(
        "It's", ("Nørd", "Ana"), remixers="A & B", album="Ø", label="R&B"
    )
    same = Track("Night Ferry", "Ana Sol")
    assert readable(same) is same

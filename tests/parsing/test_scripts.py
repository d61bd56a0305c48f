"""Scripts are distinguished, and some are written in Latin letters."""

from tables import each_row

from beatport_match.parsing.scripts import are_in_two_scripts, transliterate


@each_row(
    "one, other, two_scripts",
    [
        ("ночь", "night", True),
        ("夜の鉄道", "night train", True),
        ("사각지대", "blind spot", True),
        ("ночь", "день", False),
        ("夜", "よる", False),
        ("night", "day", False),
        ("ночь night", "night", False),
        ("1999", "ночь", False),
        ("café", "cafe", False),
    ],
)
def test_texts_without_a_common_script_are_in_two_scripts(one, other, two_scripts):
    assert are_in_two_scripts(one, other) is two_scripts
    assert are_in_two_scripts(other, one) is two_scripts


@each_row(
    "text, latin",
    [
        ("Лада Ветрова", "lada vetrova"),
        ("Щука", "shchuka"),
        ("Кавказ объезд", "kavkaz obezd"),
        ("さくら", "sakura"),
        ("きゃ", "kya"),
        ("ャ", "ya"),
        ("コーヒー", "kohi"),
        ("사각", "sagag"),
        ("夜 Night", "夜 night"),
        ("Night", "Night"),
    ],
)
def test_transliteration_writes_the_sound(text, latin):
    assert transliterate(text) == latin

"""The picture of the demo shows what the demo prints today."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from demo_picture import PICTURE, demo_output, draw

# The only figures that differ from run to run.
TIMES = re.compile(r"(?<=takes )[\d.]+ s|(?<=in )\d+ s")


def test_the_picture_is_up_to_date() -> None:
    """After a change of the output, run `tests/docs/demo_picture.py --write`.

    This takes a second, because the picture shows a real run of the demo.
    """
    drawn = draw(demo_output("--latency", "0"))
    assert layout(drawn) == layout(PICTURE.read_text("utf-8"))


def test_styles_of_the_terminal_are_drawn() -> None:
    """A style becomes a class, a text keeps its column, and its characters are escaped."""
    picture = ET.fromstring(draw("plain \x1b[1;32mAT&T\x1b[0m\n\x1b[2mdim\x1b[0m"))
    texts = [one for one in picture.iter() if one.tag.endswith("text")][1:]
    assert [(one.text, one.get("class")) for one in texts] == [
        ("plain ", None),
        ("AT&T", "green bold"),
        ("dim", "dim"),
    ]
    left, right, below = (float(str(one.get("x"))) for one in texts)
    assert left == below < right


def layout(picture: str) -> list[tuple[str, str | None, str | None]]:
    """Return the texts without the times, with their styles and lines."""
    texts = ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")
    return [(TIMES.sub("N s", one.text or ""), one.get("class"), one.get("y")) for one in texts]

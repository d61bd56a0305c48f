"""The page of the examples is the index with the outputs; `tests/examples` checks the outputs."""

from __future__ import annotations

from example_pages import PAGE, PICTURES, comparable, examples, outputs_on_page, page, shown


def test_the_page_is_up_to_date() -> None:
    """After a change of examples/README.md, run `tests/docs/example_pages.py --write`."""
    assert page(outputs_on_page()) == PAGE.read_text("utf-8")


def test_each_example_has_its_output_or_a_picture() -> None:
    outputs = outputs_on_page()
    assert list(outputs) == [one.name for one in examples()]
    silent = {name for name, output in outputs.items() if not output}
    assert silent == {"table_match.py", "mcp_server.py", *PICTURES}


def test_ports_times_and_long_texts_are_not_shown() -> None:
    output = "http://127.0.0.1:4711/track\n2026-01-02 03:04+00:00 1 found\n" + 20 * f"{'x' * 200}\n"
    lines = shown("one_track.py", output).splitlines()
    assert lines[:2] == ["https://www.beatport.com/track", "2026-10-05 06:00+02:00 1 found"]
    assert (len(lines), len(lines[2]), lines[-1]) == (17, 120, "…")


def test_only_what_differs_from_run_to_run_is_ignored() -> None:
    name = "stream_matches"
    assert comparable(name, "6 requests for 85") == comparable(name, "7 requests for 85")
    assert comparable(name, "6 requests for 85") != comparable(name, "6 requests for 84")
    assert comparable("one_track.py", "6 requests") != comparable("one_track.py", "7 requests")

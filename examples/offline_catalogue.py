"""Match a playlist against your own offline catalogue, without a network.

Run `python examples/offline_catalogue.py`; it needs `pip install "beatport-match[offline]"`.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from beatport_match import Catalogue, Track, match_playlist

# In your program this is a file of your own; docs/offline-catalogue.md lists the columns.
ROWS = """\
id,name,mix_name,artists,remixers,bpm,key,length_s
101,Harbour Lights,Original Mix,Nora Quill,,122,A Minor,384
102,Harbour Lights,Ash Meridian Remix,Nora Quill,Ash Meridian,124,A Minor,401
103,Ember Tide,Extended Mix,Nora Quill;Ash Meridian,,126,F Minor,6:12
,A Row Without Its Number,Original Mix,Nobody,,,,
"""
TRACKS = [
    Track("Harbour Lights (Ash Meridian Remix)", "Nora Quill"),
    # A typing error, and the artists in another order.
    Track("Embr Tide (Extended)", "Ash Meridian & Nora Quill"),
    Track("Harbour Lights (Kestrel Dub)", "Nora Quill"),
    Track("Velvet Gearbox", "Jonas Wren"),
]


def main() -> None:
    with TemporaryDirectory() as folder:
        rows, pool = Path(folder, "pool.csv"), Path(folder, "pool.catalogue")
        rows.write_text(ROWS, encoding="utf-8")
        report = Catalogue.build(rows, pool)
        print(f"{report.rows} rows built, {report.left_out} left out")
        for problem in report.problems:
            print(f"  {problem.place}: {problem.detail}")

        with Catalogue.open(pool) as catalogue:
            # [catalogue, beatport_source(settings)] would search Beatport for the rest.
            result = match_playlist(TRACKS, source=catalogue)

    for match in result.matches:
        print(f"{match.outcome}: {match.track}")
        if match.best:
            found = match.best.candidate
            print(f"  {found} [{found.id}] {found.key}, {found.bpm:g} BPM: {match.reason}")
        else:
            print(f"  not {match.where}: {match.reason}")


if __name__ == "__main__":
    main()

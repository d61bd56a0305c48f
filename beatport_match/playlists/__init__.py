"""Playlists: files of a DJ's tracks, read one entry at a time, whatever wrote them.

The room's front door. One reader a format; the content decides which, not the suffix:

    rekordbox    Rekordbox's collection export (XML)
    m3u          M3U and M3U8, plain or extended
    delimited    CSV with named columns; tabs too, such as Rekordbox's TXT

Rekordbox's can be written anew with what was found (`enriching`), the original left as it is.

It knows files, and neither network nor log. A file that cannot be read is a `PlaylistError`;
an entry that cannot be read is a `PlaylistProblem`, and the rest goes on.
"""

from beatport_match.model.problems import PlaylistProblem
from beatport_match.playlists.read import list_playlists, read_playlist
from beatport_match.playlists.rekordbox_writer import Enrichment, enrich_rekordbox

__all__ = [
    "Enrichment",
    "PlaylistProblem",
    "enrich_rekordbox",
    "list_playlists",
    "read_playlist",
]

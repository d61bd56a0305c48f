"""Read and write files of DJ tracks: Rekordbox XML, M3U and CSV.

    read                 detects the format from the content, not from the suffix
    rekordbox_reader     Rekordbox's collection export (XML)
    rekordbox_xml        the XML parser below it, with limits
    m3u_reader           M3U and M3U8, plain or extended
    csv_reader           CSV with named columns; also tabs, as in Rekordbox's TXT export
    rekordbox_writer     writes matches into a copy of a Rekordbox export

Readers return entries one at a time, so a large file needs no more memory than a small one. A file
that cannot be read raises `PlaylistError`. An entry that cannot be read becomes a
`PlaylistProblem`, and the other entries are read normally. This package uses neither the network
nor the log.
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

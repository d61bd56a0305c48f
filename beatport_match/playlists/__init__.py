"""Read and write files of DJ tracks: libraries of DJ programs, playlists, folders of music.

    read                detects the format from the content, not from the suffix
    source              the file to read, and the conversion of one entry to a track
    named_playlists     the playlists of a library, by path or name
    rekordbox_reader    Rekordbox's collection export (XML)
    traktor_reader      Traktor's collection (NML)
    itunes_reader       the library of iTunes and Apple Music (XML)
    virtualdj_reader    VirtualDJ's database (XML)
    xspf_reader         XSPF playlists (XML)
    xml_elements        the XML parser below them, with limits
    serato_reader       Serato's database and crates
    engine_reader       the database of Engine DJ (SQLite)
    m3u_reader          M3U and M3U8, plain or extended
    pls_reader          PLS playlists
    cue_reader          CUE sheets
    csv_reader          CSV with named columns; also tabs, as in Rekordbox's TXT export
    text_list_reader    track lists as text
    folder_reader       folders of music
    audio_tags          the tags of one music file
    signatures          names files that are not read
    enrichment          writes matches into a copy of a Rekordbox or Traktor library
    enrichment_values   selects the values that an entry gets
    rekordbox_writer    where a Rekordbox export keeps them, and its new playlist
    traktor_writer      where a Traktor collection keeps them
    tag_edits           copies an XML file with changes in its start tags

Readers return entries one at a time, so a large file needs no more memory than a small one. A file
that cannot be read raises `PlaylistError`. An entry that cannot be read becomes a
`PlaylistProblem`, and the other entries are read normally. This package uses neither the network
nor the log.
"""

from beatport_match.model.problems import PlaylistProblem
from beatport_match.playlists.enrichment import Enrichment, enrich_library
from beatport_match.playlists.read import list_playlists, read_playlist

__all__ = [
    "Enrichment",
    "PlaylistProblem",
    "enrich_library",
    "list_playlists",
    "read_playlist",
]

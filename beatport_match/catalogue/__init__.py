"""Offline catalogues: rows of a pool's, label's or shop's own, kept on disk and found by words.

The room's front door. The engine is tantivy, which the extra `offline` installs; nothing else of
this library needs it.

    words       what a row is kept under, and asked for with
    rows        one row of somebody's data -> Candidate
    problems    what was wrong with rows, and the report
    files       rows out of JSON lines and CSV, and out of `parquet`
    soundness   whether the engine's files are as it wrote them
    complaints  what the engine says of trouble, in a sentence
    engine      tantivy, and nothing but
    folder      what is on disk, and how it gets there whole
    building    rows in, an index and a report out
    source      a catalogue as somewhere that candidates come from
    opened      Catalogue
"""

from beatport_match.catalogue.builder import BuildReport
from beatport_match.catalogue.catalogue import Catalogue
from beatport_match.catalogue.row_parser import COLUMNS
from beatport_match.model.problems import CatalogueProblem

__all__ = ["COLUMNS", "BuildReport", "Catalogue", "CatalogueProblem"]

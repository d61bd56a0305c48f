"""Offline catalogues: rows of a DJ pool, a label or a store, indexed on disk and found by words.

The search engine is tantivy, which the extra `offline` installs. The rest of the library does not
need it.

    index_terms  the words under which a row is indexed, and the words of a query
    row_parser   one row -> Candidate, and its problems
    row_files    rows from JSON lines, CSV and Parquet files, or from a program
    storage      the folder of a catalogue: format marker, atomic replacement, checksums
    index        tantivy: the only module that imports it
    builder      parses the rows of a build or an update: rows -> Candidate and BuildReport
    source       a catalogue as a `Source` of candidates
    catalogue    Catalogue, the public class
"""

from beatport_match.catalogue.builder import BuildReport
from beatport_match.catalogue.catalogue import Catalogue
from beatport_match.catalogue.row_parser import COLUMNS
from beatport_match.model.problems import CatalogueProblem

__all__ = ["COLUMNS", "BuildReport", "Catalogue", "CatalogueProblem"]

"""Decisions that are kept, so that a doubtful track is decided once.

    decision_lines.py  one decision as a line of JSON or a row of CSV, and back
    decisions.py       the file of all decisions: read, append, merge, export

`matching.decided` says which decisions are about a track.
"""

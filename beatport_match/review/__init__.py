"""Decisions about doubtful tracks, stored so that a person decides only once.

    decision_lines.py  one decision as a line of JSON or a row of CSV, and back
    decisions.py       the file of all decisions: read, append, merge
    csv_file.py        decisions as a CSV file
    session.py         the steps of a review, without a terminal

`matching.decided` finds the decisions that apply to a track.
"""

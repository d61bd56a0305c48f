"""What a person does with the results of a run: decide, buy tracks, show what was found.

    decision_lines  one decision as a line of JSON or a row of CSV, and back
    decisions       the file of all decisions: read, append, merge, export
    session         the steps of a review in the terminal
    page            one HTML page to decide about tracks in a browser
    wants           lists of the found, the unsure and the missing tracks
    match_report    one HTML page with the fields that Beatport adds or changes
    html_table      the tables and links of the pages

`matching.decided` says which decisions are about a track. Pure functions make the texts of lists
and pages; each public function writes them atomically.
"""

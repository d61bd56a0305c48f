"""What a person does with the results of a run: review them, buy tracks, show what was found.

    wants         lists of the found, the unsure and the missing tracks
    match_report  one HTML page with the fields that Beatport adds or changes
    page          one HTML page to decide about tracks in a browser
    html_table    the tables and links of the pages

All texts are made by pure functions; each public function writes them atomically.
"""

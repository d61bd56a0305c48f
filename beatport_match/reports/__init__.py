"""Lists and HTML pages for people, made from the results of a run.

    review_page   one HTML page to decide about tracks in a browser
    wants         lists of the found, the unsure and the missing tracks
    match_report  one HTML page with the fields that Beatport adds or changes
    html_table    the tables and links of the pages

Pure functions make the texts; the public functions write them atomically.
"""

"""The performance of a run: measurement, analysis, metrics files and reports.

    measure          computes the metrics of queries and tracks from transcripts
    run_stats        computes the metrics of a run from those of its tracks
    lookups          collects the metrics of single searches and fetches
    analysis         interprets the metrics: whether async saves time, and how two runs compare
        settings_advice  how many concurrent tracks save time
    files            writes and reads the metrics files (JSON)
    text_report      the reports as plain text
    html_report      the report as one HTML page with charts

The metrics themselves are Pydantic models in `beatport_match.model.metrics` and `run_metrics`.
"""

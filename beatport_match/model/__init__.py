"""Values without behaviour: tracks, candidates, keys, evidence, metrics and input problems.

    tracks       the local track, and the candidate on Beatport
    keys         musical keys in all notations
    evidence     the result of scoring
    decisions    what a person decided about a track and a candidate
    metrics      metrics of queries and tracks
    run_metrics  metrics of a run: the layout of the metrics file
    problems     entries of a file that could not be read
    validation   which input is accepted, and which characters a text may contain

These modules do no I/O. Apart from each other they import only `errors`.
"""

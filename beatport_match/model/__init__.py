"""Values without behaviour: tracks, candidates, keys, evidence, metrics and input problems.

These modules do no I/O. Apart from each other they import only `errors`.
"""

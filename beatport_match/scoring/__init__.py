"""Compare a parsed track with parsed candidates: evidence, score, confidence and outcome.

`cases` is the table of evidence cases. The comparisons (`title_comparison`, `artist_comparison`,
`version_comparison`, `aside_comparison`) each return one `Finding` of a case. `scorer` adds them up
to a score and a relation. `confidence` ranks the candidates and computes the probability and the
outcome; its weights are in `coefficients`. `rejection` says why a candidate was not accepted.
`counterfactuals` scores changed tracks again, to say which fact would change the answer.

Everything here is pure: no network, no clock, no random numbers, no global state apart from caches.
"""

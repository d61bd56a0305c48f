"""What property tests of the engines draw from: tracks, faults, slots of the rate limiter."""

from __future__ import annotations

from hypothesis import strategies as st

from beatport_match.playlists import read_playlist
from beatport_match.testing import Fault, demo_answers, demo_collection

with demo_collection() as _path:
    DEMO = tuple(read_playlist(_path))
IDS = sorted({number for ids in demo_answers().values() for number in ids})

faults: st.SearchStrategy[list[Fault | None]] = st.lists(
    st.sampled_from(
        [None, None, "unavailable", "rate_limited", "reset", "hang", "challenge", "truncated"]
    ),
    min_size=1,
    max_size=7,
)
slots = st.integers(min_value=0, max_value=12) | st.just(10**6)

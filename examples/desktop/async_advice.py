"""The texts of the window about async: tooltips, the dialog and the recommendation."""

from __future__ import annotations

from beatport_match import AsyncSettings, MatchSettings, PerformanceStats, analyze, mode_advice

# At most 0.08 MiB was measured for each request in flight: with 5 to 50 tracks at once
# (docs/metrics.md, "Memory use of sync and async"), and with 5 tracks of 4 searches each.
MEMORY_PER_REQUEST_MIB = 0.1
GOOD_TRACKS = range(3, 11)
GOOD_REQUESTS = range(5, 16)

ENABLE = """<p><b>Benefits:</b> several tracks are matched at the same time, so their network waits
overlap. The answers are the same.</p>
<p><b>When to use it:</b> if the network takes more than 40 % of the time, for more than 10 tracks,
and with a good connection.</p>
<p><b>What to consider:</b> it needs some more memory. A single track does not become faster. The
requests per second hold for both modes: a run that waits for them does not become faster
either.</p>"""
TRACKS = """<p>How many tracks are matched at the same time (1–20). A higher number is faster and
needs more memory. Recommended: 3–10.</p>"""
REQUESTS = """<p>How many requests one track may have in flight at the same time (1–20). A higher
number is faster and puts more load on the network. Recommended: 5–15. It has an effect if “Searches
at once” is above 1.</p>"""
SEARCHES = """<p>How many searches of one track are sent together (1–20). With 1, the next search is
sent only if the last one was not good enough, which needs the fewest requests.</p>"""
WHEN = f"""<p><b>What async I/O is:</b> the program sends the requests of several tracks at the same
time. Without it, each request waits for the answer to the one before.</p>
<p><b>Turn it on</b></p>
<ul><li>if the network takes <b>more than 40 %</b> of the time of the queries, and <b>less than
50 %</b> of the queries are answered from the cache (see the tab Performance),</li>
<li>for more than <b>10 tracks</b>, with a fast and stable connection.</li></ul>
<p><b>Leave it off</b></p>
<ul><li>if the network takes <b>less than 20 %</b> of the time, or <b>more than 80 %</b> of the
queries are answered from the cache,</li>
<li>for single tracks, with little memory, or with a slow or unstable connection,</li>
<li>if a run waits for the requests per second: they hold for both modes.</li></ul>
<p>In all other cases run both modes: the tab Performance compares them in one click.</p>
<p><b>Performance:</b> the tab Performance computes the gain from a run with async off. Async is
recommended only if that run could have been <b>1.5 times</b> as fast.</p>
<p><b>Memory and processor:</b> about {MEMORY_PER_REQUEST_MIB:g} MiB more for each request in
flight. The work of the processor stays the same, but in a shorter time, so its load is higher.</p>
<p><b>Numbers:</b> 3–10 tracks at once and 5–15 requests per track.</p>
<p>Async is <b>off by default</b>. First measure a run, and turn it on only if the network takes
most of the time.</p>"""


def recommendation(settings: MatchSettings, run: PerformanceStats | None) -> str:
    """Describe the effect of async with these settings; empty while it is off.

    Args:
        settings: The settings of the next run.
        run: The figures of the last run, if there is one.
    """
    engine = settings.async_io
    if not engine.enabled:
        return ""
    advice = ["No run has been measured yet: first run a playlist with async off."]
    if run is not None:
        advice = [mode_advice(run, engine.max_concurrent_tracks), analyze(run).reason]
    return "\n".join([*advice, _load(settings), *_unusual(engine)])


def _load(settings: MatchSettings) -> str:
    """Return how many requests run at once, and how much memory they need."""
    engine = settings.async_io
    batch = settings.max_queries if settings.run_all_queries else settings.queries_at_once
    each = min(engine.max_concurrent_requests, batch)
    at_once = min(engine.max_concurrent_tracks * each, settings.max_connections)
    text = (
        f"Up to {at_once} requests at a time ({engine.max_concurrent_tracks} tracks × {each}), "
        f"about {at_once * MEMORY_PER_REQUEST_MIB:.1f} MiB more memory."
    )
    if each < engine.max_concurrent_requests:
        text += (
            f" Of the {engine.max_concurrent_requests} requests per track only {each} can run, "
            f"because “Searches at once” is {settings.queries_at_once}."
        )
    return text


def _unusual(engine: AsyncSettings) -> list[str]:
    """Name the numbers that are outside the recommended ranges."""
    lines: list[str] = []
    if engine.max_concurrent_tracks not in GOOD_TRACKS:
        lines.append("3–10 tracks at once are recommended.")
    if engine.max_concurrent_requests not in GOOD_REQUESTS:
        lines.append("5–15 requests per track are recommended.")
    return lines


def note_at_start(engine: AsyncSettings) -> str:
    """Say that the run uses async; empty if it does not."""
    if not engine.enabled:
        return ""
    return (
        f"Async I/O is on: up to {engine.max_concurrent_tracks} tracks are matched at once, which "
        "takes less time for several tracks and some more memory (see Settings)."
    )

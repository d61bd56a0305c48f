"""Runs the generators of `matching` with the `transport`, in sync and async.

The modules, beginning with what a program calls:

    functions        match_track, amatch_playlist and the others: one call, one matcher
    matcher          Matcher: the sync interface
    async_matcher    AsyncMatcher: the async interface
    arguments        the types of arguments, and the checks where they enter
    sync_engine      runs search flows and request flows, in sync
    async_engine     the same with await, the questions of a batch at the same time
    transcript       the transcript that both engines record
    request_logging  the DEBUG lines of requests
    playlist_run     tracks, clock, progress and result of a run over a playlist
    journal          the file from which a run resumes
    match_stream     matches as they complete, for `async for`
    async_bridge     the async engine for sync code
"""

"""Runs the generators of `matching` with the `transport`, in sync and async.

The modules, beginning with what a program calls:

    track_functions     match_track and amatch_track: one call, one matcher
    playlist_functions  match_playlist, iter_matches and their async counterparts
    matcher             Matcher: the sync interface
    async_matcher       AsyncMatcher: the async interface
    arguments           the types of arguments, and the checks where they enter
    beatport_source     the Beatport source that the settings name
    sync_run            runs the search of one track, and of all tracks of a run, in sync
    async_run           the same with await, several tracks at the same time
    sync_engine         runs search flows and request flows, in sync
    async_engine        the same with await, the questions of a batch at the same time
    transcript          the transcript that both engines record
    request_logging     the log lines of requests
    playlist_run        tracks, clock, progress and result of a run over a playlist
    track_outcome       the outcome of a track without an answer
    time_budget         the time that one track may take
    match_metrics       the metrics of a match and of a matcher's lookups
    journal             the file from which a run resumes
    match_stream        matches as they complete, for `async for`
    async_bridge        the async engine for sync code
    task_errors         passes every exception of a task to the code that started it
"""

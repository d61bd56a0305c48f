"""Find local tracks on Beatport: the right version, a confidence for each answer, few requests.

    from beatport_match import match_track

    match = match_track("Artist - Title (Some Remix)")
    print(match.outcome, match.best.url if match.best else match.reason)

Functions and classes without a prefix are sync. Their async counterparts begin with `a` or `Async`,
take the same parameters and give the same answers: `match_track` and `amatch_track`, `Matcher` and
`AsyncMatcher`. `match_playlist` reads a playlist file; `rank` scores given candidates without
network. `beatport_match.testing` has a fake Beatport for your tests.

A name is imported when it is first used (PEP 562), so `import beatport_match` takes some
milliseconds, and a program loads only the parts that it uses. `__init__.pyi` shows type checkers
the same names.
"""

import sys
from importlib import import_module

from beatport_match._version import __version__ as __version__

_NAMES_OF_MODULE = {
    "catalogue": "BuildReport Catalogue",
    "engine.async_matcher": "AsyncMatcher",
    "engine.beatport_source": "beatport_source",
    "engine.match_stream": "MatchStream",
    "engine.matcher": "Matcher",
    "engine.playlist_functions": "aiter_matches amatch_playlist iter_matches match_playlist",
    "engine.track_functions": "amatch_track match_track",
    "errors": (
        "BeatportMatchError BeatportUnavailable CatalogueError DecisionsError Failure "
        "JournalError "
        "MetricsFileError MissingDependencyError MisuseError OutputError PlaylistError "
        "ResultsFileError SettingsError TagBackupError"
    ),
    "matching.fetched_tracks": "FetchedTracks",
    "matching.match": "Match",
    "matching.progress": "Progress",
    "matching.query_record": "QueryRecord",
    "matching.sources": "Source",
    "model.decisions": "DecidedBy Decision",
    "model.evidence": "Evidence Rejection ScoredCandidate",
    "model.metrics": "QueryMetrics TrackMetrics",
    "model.problems": "CatalogueProblem PlaylistProblem TagProblem",
    "model.run_metrics": "NetworkAnalysis PerformanceStats RunComparison",
    "model.tracks": "Candidate Track",
    "parsing.titles": "ParsedTitle parse_title",
    "parsing.versions": "Version",
    "performance.analysis": (
        "analyze analyze_network_time_percentage compare_runs most_speed_up recommend_mode"
    ),
    "performance.files": "export_performance_metrics_json load_metrics_from_json",
    "performance.settings_advice": "SettingsAdvice recommend_settings",
    "performance.text_report": (
        "generate_async_io_analysis_report generate_comparison_report mode_advice"
    ),
    "playlists": "Enrichment enrich_library list_playlists read_playlist",
    "reports.match_report": "write_match_report",
    "reports.review_page": "write_review_page",
    "reports.wants": "Wants write_wants",
    "results": "PlaylistMatch",
    "review.decisions": "Decisions",
    "scoring.confidence": "is_match rank",
    "scoring.counterfactuals": "Change",
    "settings.environment": "settings_from_environment",
    "settings.models": "AsyncSettings MatchSettings",
    "tags": "PlannedFile TagChange TagPlan TagReport plan_tags undo_tags write_tags",
    "transport.rate_limit_file": "FileRateLimiter",
    "transport.shared": "clear_shared_state",
    "transport.shared_rate_limit": "AsyncRateLimiter RateLimiter",
}
_MODULE_OF_NAME = {
    name: f"{__name__}.{module}"
    for module, names in _NAMES_OF_MODULE.items()
    for name in names.split()
}

_NAMES = sorted(["__version__", *_MODULE_OF_NAME])
# Type checkers read the list in `__init__.pyi`.
__all__ = [*_NAMES]  # noqa: PLE0604 # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    """Import the module of a public name when the name is first used."""
    if name not in _MODULE_OF_NAME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    import_module(_MODULE_OF_NAME[name])
    _publish_loaded()
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *_NAMES})


def _publish_loaded() -> None:
    """Make the public names of all loaded modules attributes of this package.

    Tracebacks, reprs and pickles then name the public import path, which does not change when a
    module moves.
    """
    for name, module in _MODULE_OF_NAME.items():
        # Another thread may be importing the module: then it does not have the name yet.
        value = getattr(sys.modules.get(module), name, None)
        if value is not None:
            value.__module__ = __name__
            globals()[name] = value

# The public names for type checkers; `__init__.py` imports each of them when it is first used.

from beatport_match._version import __version__
from beatport_match.catalogue import BuildReport, Catalogue, CatalogueProblem
from beatport_match.engine.async_matcher import AsyncMatcher
from beatport_match.engine.beatport_source import beatport_source
from beatport_match.engine.match_stream import MatchStream
from beatport_match.engine.matcher import Matcher
from beatport_match.engine.playlist_functions import (
    aiter_matches,
    amatch_playlist,
    iter_matches,
    match_playlist,
)
from beatport_match.engine.track_functions import amatch_track, match_track
from beatport_match.errors import (
    BeatportMatchError,
    BeatportUnavailable,
    CatalogueError,
    DecisionsError,
    Failure,
    JournalError,
    MetricsFileError,
    MissingDependencyError,
    MisuseError,
    OutputError,
    PlaylistError,
    ResultsFileError,
    SettingsError,
    TagBackupError,
)
from beatport_match.matching.fetched_tracks import FetchedTracks
from beatport_match.matching.match import Match
from beatport_match.matching.progress import Progress
from beatport_match.matching.query_record import QueryRecord
from beatport_match.matching.sources import Source
from beatport_match.model.decisions import DecidedBy, Decision
from beatport_match.model.evidence import Evidence, Rejection, ScoredCandidate
from beatport_match.model.metrics import QueryMetrics, TrackMetrics
from beatport_match.model.run_metrics import NetworkAnalysis, PerformanceStats, RunComparison
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing.titles import ParsedTitle, parse_title
from beatport_match.parsing.versions import Version
from beatport_match.performance.analysis import (
    analyze,
    analyze_network_time_percentage,
    compare_runs,
    most_speed_up,
    recommend_mode,
)
from beatport_match.performance.files import (
    export_performance_metrics_json,
    load_metrics_from_json,
)
from beatport_match.performance.settings_advice import SettingsAdvice, recommend_settings
from beatport_match.performance.text_report import (
    generate_async_io_analysis_report,
    generate_comparison_report,
    mode_advice,
)
from beatport_match.playlists import (
    Enrichment,
    PlaylistProblem,
    enrich_library,
    list_playlists,
    read_playlist,
)
from beatport_match.reports.match_report import write_match_report
from beatport_match.reports.review_page import write_review_page
from beatport_match.reports.wants import Wants, write_wants
from beatport_match.results import PlaylistMatch
from beatport_match.review.decisions import Decisions
from beatport_match.scoring.confidence import is_match, rank
from beatport_match.scoring.counterfactuals import Change
from beatport_match.settings.environment import settings_from_environment
from beatport_match.settings.models import AsyncSettings, MatchSettings
from beatport_match.tags import (
    PlannedFile,
    TagChange,
    TagPlan,
    TagProblem,
    TagReport,
    plan_tags,
    undo_tags,
    write_tags,
)
from beatport_match.transport.rate_limit_file import FileRateLimiter
from beatport_match.transport.shared import clear_shared_state
from beatport_match.transport.shared_rate_limit import AsyncRateLimiter, RateLimiter

__all__ = [
    "AsyncMatcher",
    "AsyncRateLimiter",
    "AsyncSettings",
    "BeatportMatchError",
    "BeatportUnavailable",
    "BuildReport",
    "Candidate",
    "Catalogue",
    "CatalogueError",
    "CatalogueProblem",
    "Change",
    "DecidedBy",
    "Decision",
    "Decisions",
    "DecisionsError",
    "Enrichment",
    "Evidence",
    "Failure",
    "FetchedTracks",
    "FileRateLimiter",
    "JournalError",
    "Match",
    "MatchSettings",
    "MatchStream",
    "Matcher",
    "MetricsFileError",
    "MissingDependencyError",
    "MisuseError",
    "NetworkAnalysis",
    "OutputError",
    "ParsedTitle",
    "PerformanceStats",
    "PlannedFile",
    "PlaylistError",
    "PlaylistMatch",
    "PlaylistProblem",
    "Progress",
    "QueryMetrics",
    "QueryRecord",
    "RateLimiter",
    "Rejection",
    "ResultsFileError",
    "RunComparison",
    "ScoredCandidate",
    "SettingsAdvice",
    "SettingsError",
    "Source",
    "TagBackupError",
    "TagChange",
    "TagPlan",
    "TagProblem",
    "TagReport",
    "Track",
    "TrackMetrics",
    "Version",
    "Wants",
    "__version__",
    "aiter_matches",
    "amatch_playlist",
    "amatch_track",
    "analyze",
    "analyze_network_time_percentage",
    "beatport_source",
    "clear_shared_state",
    "compare_runs",
    "enrich_library",
    "export_performance_metrics_json",
    "generate_async_io_analysis_report",
    "generate_comparison_report",
    "is_match",
    "iter_matches",
    "list_playlists",
    "load_metrics_from_json",
    "match_playlist",
    "match_track",
    "mode_advice",
    "most_speed_up",
    "parse_title",
    "plan_tags",
    "rank",
    "read_playlist",
    "recommend_mode",
    "recommend_settings",
    "settings_from_environment",
    "undo_tags",
    "write_match_report",
    "write_review_page",
    "write_tags",
    "write_wants",
]

"""The command `doctor`: show the versions, the settings that are used, and what does not work.

The output has no token, no user name or password of a proxy, and no path of the home folder, so
that a user can put it into a bug report.
"""

from __future__ import annotations

import os
import platform
import stat
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, TypeAlias

from beatport_match._version import __version__
from beatport_match.cli.match_commands import OPTION_SETTINGS, show_warnings, unchecked_settings
from beatport_match.cli.match_options import PROBE_QUERY
from beatport_match.cli.probe import search_once
from beatport_match.cli.process import ExitCode
from beatport_match.cli.remedies import with_remedy
from beatport_match.cli.terminal import Screen, show_json
from beatport_match.cli.text_cells import fact_lines
from beatport_match.errors import BeatportMatchError, Failure, SettingsError
from beatport_match.files.guarded_read import reason, require_regular_file
from beatport_match.review.decisions import Decisions
from beatport_match.settings import files as settings_files
from beatport_match.settings.environment import settings_variables
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.proxies import proxy_in_force
from beatport_match.transport.sqlite_cache import require_cache_file
from beatport_match.transport.token_store import read_tokens

Origin: TypeAlias = Literal["default", "file", "environment", "option"]

_DEPENDENCIES = ("anyio", "httpx", "parsel", "pydantic", "rapidfuzz")
# The packages of each extra that a feature of the library uses.
EXTRAS: dict[str, tuple[str, ...]] = {
    "cli": ("rich", "shtab"),
    "offline": ("tantivy",),
    "parquet": ("pyarrow",),
    "files": ("tinytag",),
    "tags": ("mutagen",),
    "socks": ("socksio",),
}
# Settings that may hold a secret or a name; only whether they are set is shown.
_HIDDEN = ("access_token", "user_agent")


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What was found; the fields are those of the JSON document.

    `packages` and `extras` have the version of each package, `None` if it is not installed.
    `settings` has the value of each setting and where it comes from. `files` has the problem of
    each checked file, `None` if it can be used. `online` is `None` if no request was sent.
    """

    version: str
    python: str
    system: str
    packages: dict[str, str | None]
    extras: dict[str, dict[str, str | None]]
    terminal: dict[str, object]
    proxy: dict[str, str] | None
    settings: dict[str, dict[str, Any]]
    files: dict[str, dict[str, str | None]]
    online: str | None
    problems: tuple[str, ...]


def doctor(options: Namespace, out: Screen, err: Screen) -> ExitCode:
    """Check everything, show it, and return the exit code."""
    problems: list[str] = []
    settings, origins = MatchSettings(), dict[str, Origin]()
    try:
        settings, origins = unchecked_settings(options), _origins(options)
    except SettingsError as error:
        problems.append(f"settings: {error} The settings shown are the defaults.")
    # With the default settings, a request might go to another site than the user's.
    is_online = options.online and not problems
    files = _check_files(options, settings)
    problems += (f"{what}: {one['problem']}" for what, one in files.items() if one["problem"])
    proxy = _proxy(settings)
    extras = {extra: _versions(packages) for extra, packages in EXTRAS.items()}
    if proxy and proxy["url"].startswith("socks") and not extras["socks"]["socksio"]:
        problems.append("The SOCKS proxy needs: pip install 'beatport-match[socks]'.")
    online = None
    if is_online:
        with show_warnings(err):
            online, failure = _search(settings)
        problems += [f"online: {failure}"] if failure else []
    report = DoctorReport(
        version=__version__,
        python=f"{platform.python_version()} ({platform.python_implementation()})",
        system=f"{platform.system()} {platform.machine()}",
        packages=_versions(_DEPENDENCIES),
        extras=extras,
        terminal={"width": out.width, "encoding": out.encoding, "is_terminal": out.isatty()},
        proxy=proxy,
        settings=_settings(settings, origins),
        files=files,
        online=online,
        problems=tuple(map(_without_home, problems)),
    )
    if options.json:
        show_json(asdict(report), out)
    else:
        out.show(*fact_lines(tuple(_facts(report)), out.width))
    return ExitCode.FAILURES if problems else ExitCode.DONE


def _versions(packages: tuple[str, ...]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def _origins(options: Namespace) -> dict[str, Origin]:
    """Return where each setting comes from whose value is not the default's."""
    origins: dict[str, Origin] = {}
    if options.settings:
        values = settings_files.read(options.settings)
        inner: dict[str, object] = values.pop("async_io", {})
        origins |= dict.fromkeys([*values, *(f"async_io.{name}" for name in inner)], "file")
    for name in filter(None, settings_variables(os.environ).values()):
        origins[name] = "environment"
    for name in OPTION_SETTINGS:
        if getattr(options, name, None) is not None:
            origins[name] = "option"
    return origins


def _settings(settings: MatchSettings, origins: dict[str, Origin]) -> dict[str, dict[str, Any]]:
    values: dict[str, Any] = settings.model_dump(mode="json") | {"access_token": None}
    inner: dict[str, Any] = values.pop("async_io")
    values |= {f"async_io.{name}": value for name, value in inner.items()}
    found: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        shown = _without_home(value) if isinstance(value, str) else value
        origin = origins.get(name, "default")
        if name in _HIDDEN:
            shown = None if origin == "default" else "set"
        found[name] = {"value": shown, "from": origin}
    return found


def _proxy(settings: MatchSettings) -> dict[str, str] | None:
    """Return the proxy that requests use, without its user name and password."""
    url = proxy_in_force(settings.site_url, settings)
    origin = "setting proxy" if settings.proxy else "environment or system"
    return {"url": url, "from": origin} if url else None


def _check_files(options: Namespace, settings: MatchSettings) -> dict[str, dict[str, str | None]]:
    checks: dict[str, tuple[Path | None, Callable[[Path], str | None]]] = {
        # The options, too: if a setting is wrong, `settings` are the defaults.
        "cache": (settings.cache_path or options.cache_path, _cache_problem),
        "token file": (settings.token_file or options.token_file, _token_problem),
        "decisions": (options.decisions, _decisions_problem),
        "journal": (options.journal, _write_problem),
        "rate limit": (settings.rate_limit_file or options.rate_limit_file, _write_problem),
    }
    return {
        what: {"path": _without_home(str(path)), "problem": check(path)}
        for what, (path, check) in checks.items()
        if path is not None
    }


def _cache_problem(path: Path) -> str | None:
    try:
        require_cache_file(path)
    except SettingsError as error:
        return _without_home(str(error))
    return _write_problem(path)


def _decisions_problem(path: Path) -> str | None:
    try:
        Decisions(path)
    except BeatportMatchError as error:
        return _without_home(str(error))
    return _write_problem(path)


def _token_problem(path: Path) -> str | None:
    tokens = read_tokens(MatchSettings(token_file=path))
    if isinstance(tokens, Failure):
        return tokens.detail
    mode = path.stat().st_mode
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        return f"other users may open it (mode {stat.S_IMODE(mode):04o}); run chmod 600."
    return _write_problem(path)


def _write_problem(path: Path) -> str | None:
    """Return why a file cannot be written or created. Its content does not change."""
    try:
        try:
            require_regular_file(path)
        except FileNotFoundError:
            pass
        else:
            path.open("ab").close()
        # The library makes temporary files, and SQLite a log, beside the file.
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:
        return f"cannot be written ({reason(error)}); check the folder, or name another file."
    return None


def _search(settings: MatchSettings) -> tuple[str | None, str | None]:
    """Send one search; return a description of the response, and the problem."""
    try:
        response, value = search_once(PROBE_QUERY, settings)
    except BeatportMatchError as error:
        return "no request", str(error)
    answer = f"HTTP {response.status} from {settings.base_url}" if response else "no response"
    return answer, with_remedy(value.kind, value.detail) if isinstance(value, Failure) else None


def _facts(report: DoctorReport) -> Iterator[tuple[str, str]]:
    terminal, proxy = report.terminal, report.proxy
    yield "beatport-match", report.version
    yield "Python", f"{report.python}, {report.system}"
    yield "packages", _joined(report.packages)
    for extra, packages in report.extras.items():
        yield f"extra {extra}", _joined(packages)
    place = "" if terminal["is_terminal"] else ", not a terminal"
    yield "terminal", f"{terminal['width']} columns, {terminal['encoding']}{place}"
    yield "proxy", "{url} ({from})".format(**proxy) if proxy else "none"
    set_ones = {name: one for name, one in report.settings.items() if one["from"] != "default"}
    for name, one in set_ones.items():
        yield name, "{value} ({from})".format(**one)
    yield ("other settings" if set_ones else "settings"), "defaults"
    for what, one in report.files.items():
        yield what, f"{one['path']}: {'cannot be used' if one['problem'] else 'can be used'}"
    yield "online", report.online or "no request was sent; --online sends one search"
    for problem in report.problems:
        yield "PROBLEM", problem
    if not report.problems:
        yield "problems", "none"


def _joined(packages: dict[str, str | None]) -> str:
    return ", ".join(f"{name} {number or '-'}" for name, number in packages.items())


def _without_home(text: str) -> str:
    """Replace the home folder with `~`, because its name is often that of a person."""
    home = os.path.expanduser("~")  # noqa: PTH111 - `Path.home` raises where there is none
    is_folder = os.path.dirname(home) not in ("", home)  # noqa: PTH120 - "/" is in every path
    return text.replace(home + os.sep, "~" + os.sep) if is_folder else text

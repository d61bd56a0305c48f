"""The HTML of every page around its `__NEXT_DATA__` script.

This module gets a `Page` and knows no tracks. It writes HTML as Next.js and React do: attributes in
camel case, and `& < >` escaped inside the script. Every page ends with the Cloudflare snippet that
Beatport's normal pages also have. Code that takes this snippet alone for a challenge page fails its
tests.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final, TypeAlias

from beatport_match.testing.translations import TRANSLATIONS

Json: TypeAlias = dict[str, Any]

LOCALES: Final = ("en", "de", "fr", "es", "it", "ja", "pt", "nl")
ORIGIN: Final = "https://www.beatport.com"
_BUILD = "fAkEbUiLd0_tallow-lane"
_NOW_MS = 1_790_000_000_000
_PICTURE = f"{ORIGIN}/images/beatport-social-image.png"
_JSD = (
    "<script>(function(){var f=document.createElement('script');"
    "window.__CF$cv$params={r:'0fa4ebea7f0e1d2c',t:'MTc5MDAwMDAwMA=='};"
    "f.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js';"
    "document.getElementsByTagName('head')[0].appendChild(f);})();</script>"
)


@dataclass(slots=True, kw_only=True)
class Page:
    """One page before it is rendered.

    `kind` is the page name of Next.js, `query` its parsed URL parameters, and `path` the URL
    without the locale. `records` lists the containers of the records in `props`, as (object, key);
    faults change the values there.
    """

    kind: str
    query: Json
    props: Json
    path: str
    title: str
    description: str = "Download and stream dance music, one track at a time."
    picture: str = _PICTURE
    body: str = ""
    locale: str = "en"
    status: int = 200
    records: list[tuple[Json, str]] = field(default_factory=list[tuple[Json, str]])

    @property
    def movable(self) -> tuple[str, ...]:
        """The keys in `props` that the fault `moved` renames."""
        return ("dehydratedState", "track")


def answered_query(key: list[Any], data: object) -> Json:
    """Return a finished query in the format that React Query stores in a page."""
    state = {
        "data": data,
        "dataUpdateCount": 1,
        "dataUpdatedAt": _NOW_MS,
        "error": None,
        "errorUpdateCount": 0,
        "errorUpdatedAt": 0,
        "fetchFailureCount": 0,
        "fetchFailureReason": None,
        "fetchMeta": None,
        "isInvalidated": False,
        "status": "success",
        "fetchStatus": "idle",
    }
    hashed = json.dumps(key, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return {"state": state, "queryKey": key, "queryHash": hashed}


def session() -> Json:
    """Return the anonymous session that every page carries; its token is not valid."""
    return {
        "access_token": "not-a-token",
        "expires_in": 600,
        "token_type": "Bearer",
        "scope": "app:prostore user:anon",
        "create_date": "Mon Sep 21 2026 14:13:20 GMT+0000 (Coordinated Universal Time)",
        "expirationTime": _NOW_MS + 600_000,
    }


def translations(locale: str) -> Json:
    """Return the user interface texts that every page carries."""
    return {
        "initialI18nStore": {locale: {"translation": TRANSLATIONS}},
        "initialLocale": locale,
        "ns": ["translation"],
        "userConfig": None,
    }


def render_page(page: Page, *, with_data: bool = True) -> bytes:
    """Return the page as bytes; `with_data=False` omits the `__NEXT_DATA__` script."""
    script = _next_data(page) if with_data else ""
    return (
        f'<!DOCTYPE html><html lang="{page.locale}"><head>{_head(page)}</head><body>'
        f'<div id="__next">{page.body}</div>{script}{_JSD}</body></html>'
    ).encode()


def _next_data(page: Page) -> str:
    data = {
        "props": {"pageProps": page.props, "__N_SSP": True},
        "page": page.kind,
        "query": page.query,
        "buildId": _BUILD,
        "isFallback": False,
        "isExperimentalCompile": False,
        "gssp": True,
        "appGip": True,
        "locale": page.locale,
        "locales": list(LOCALES),
        "defaultLocale": "en",
        "scriptLoader": [],
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return f'<script id="__NEXT_DATA__" type="application/json">{text}</script>'


def _head(page: Page) -> str:
    path, title = escape(page.path), escape(page.title)
    description = escape(page.description)
    mark = 'data-next-head=""'
    links = [f'<link rel="canonical" hrefLang="en" href="{ORIGIN}{path}" {mark}/>']
    links += [
        f'<link rel="alternate" hrefLang="{locale}" href="{ORIGIN}/{locale}{path}" {mark}/>'
        for locale in LOCALES[1:]
    ]
    metas = "".join(
        f'<meta {kind}="{name}" content="{content}" {mark}/>'
        for kind, name, content in (
            ("property", "og:title", title),
            ("property", "og:description", description),
            ("property", "og:image", page.picture),
            ("name", "twitter:card", "summary_large_image"),
            ("name", "twitter:title", title),
            ("name", "twitter:description", description),
            ("name", "twitter:image", page.picture),
            ("name", "description", description),
        )
    )
    static = f"/_next/static/{_BUILD}"
    return (
        f'<meta charSet="utf-8" {mark}/>'
        f'<meta name="viewport" content="width=device-width" {mark}/>'
        f"{''.join(links)}<title {mark}>{title}</title>{metas}"
        '<meta name="bp-env" content="production"/>'
        f'<script src="{static}/_buildManifest.js" defer=""></script>'
        f'<script src="{static}/_ssgManifest.js" defer=""></script>'
    )

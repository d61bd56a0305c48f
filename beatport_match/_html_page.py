"""The frame of an HTML page that needs no other file: head, policy, themes, tiles and sections.

Texts are put into the page as they are given: callers escape them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# Even if a text contained markup, this policy forbids the browser to load or run anything.
STATIC_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_THEME = {
    "paper": ("#fbfaf8", "#15171b"),
    "ink": ("#1d1f23", "#e8e8e6"),
    "quiet": ("#5d626b", "#a2a7b0"),
    "line": ("#dcdad5", "#33373f"),
    "card": ("#ffffff", "#1d2026"),
}
_STYLE = """
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 980px; padding: 32px 20px 48px; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 0 0 12px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 20px; margin: 20px 0 0; overflow-x: auto; }
p { margin: 0 0 8px; } ul { margin: 8px 0 0; padding-left: 20px; }
.quiet { color: var(--quiet); }
.tiles { display: flex; flex-wrap: wrap; gap: 12px 36px; margin: 20px 0 0; }
.tiles div { min-width: 90px; } .tiles b { display: block; font-size: 22px; font-weight: 650; }
"""


def page(title: str, style: str, body: str, *, policy: str = STATIC_POLICY) -> str:
    """Return a page.

    Args:
        title: The title of the window, escaped.
        style: The style sheet, from `style_sheet`.
        body: The content, as HTML.
        policy: The content security policy.
    """
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def style_sheet(theme: Mapping[str, tuple[str, str]], rules: str) -> str:
    """Return the style of every page and the rules of one.

    Args:
        theme: The variables of the page, each with its light and its dark value. They are added to
            those of every page: `paper`, `ink`, `quiet`, `line` and `card`.
        rules: The rules of the page.
    """
    light, dark = (
        " ".join(f"--{name}: {pair[place]};" for name, pair in {**_THEME, **theme}.items())
        for place in (0, 1)
    )
    return (
        f"\n:root {{ color-scheme: light dark; {light} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}{_STYLE}{rules}"
    )


def section(title: str, content: str) -> str:
    """Return a part of the page with its heading."""
    return f"<section>\n<h2>{title}</h2>\n{content}\n</section>"


def tiles(figures: Mapping[str, object]) -> str:
    """Return figures in large type, each above its name."""
    shown: Iterable[str] = (
        f'<div><b>{value}</b><span class="quiet">{name}</span></div>'
        for name, value in figures.items()
    )
    return f'<div class="tiles">{"".join(shown)}</div>'

"""Check that the search of the built site finds the words that people search for.

    python tests/docs/site_search.py SITE

SITE is the folder that `mkdocs build` wrote. The search ranks a title above any text, so each word
must be in the title of a section on the page that answers it. The exit code is 1 if one is not.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

# Each word, and the pages that answer it.
WORDS: Mapping[str, Sequence[str]] = {
    "proxy": ("how-to.html", "your-own-client.html"),
    "resume": ("how-to.html", "reliability.html"),
    "FastAPI": ("how-to.html", "embedding-in-a-web-service.html", "examples.html"),
    "MCP": ("how-to.html", "examples.html"),
    "notebook": ("examples.html",),
    "Qt": ("how-to.html", "embedding-in-a-desktop-tool.html"),
    "Rekordbox": ("how-to.html", "playlists.html", "result-files.html"),
    "Traktor": ("how-to.html", "playlists.html", "result-files.html"),
    "Serato": ("how-to.html", "playlists.html"),
    "Engine": ("how-to.html", "playlists.html"),
    "rate limit": ("how-to.html", "reliability.html"),
    "timeout": ("how-to.html", "troubleshooting.html"),
    "logging": ("how-to.html", "reliability.html"),
    "cron": ("how-to.html", "examples.html"),
    "journal": ("reliability.html", "python.html"),
    "token": ("how-to.html", "sources.html", "troubleshooting.html"),
    "tags": ("how-to.html", "tags.html"),
    "auto-accept": ("how-to.html", "confidence-and-outcomes.html"),
    "HTTP client": ("how-to.html", "your-own-client.html"),
    "captive portal": ("troubleshooting.html",),
    "offline": ("troubleshooting.html", "offline-catalogue.html"),
    "challenge": ("troubleshooting.html",),
    "429": ("troubleshooting.html",),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("site", type=Path, metavar="SITE")
    index = parser.parse_args().site / "search" / "search_index.json"
    missing = list(not_found(json.loads(index.read_text("utf-8"))["docs"]))
    print("\n".join(missing) or f"the search finds all {len(WORDS)} words")
    return bool(missing)


def not_found(sections: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Yield a sentence for each word and page without a section of that title.

    Args:
        sections: The sections of a search index, with `title` and `location`.
    """
    for word, wanted in WORDS.items():
        whole_word = re.compile(rf"\b{re.escape(word)}s?\b", re.IGNORECASE)
        found = {
            section["location"].partition("#")[0]
            for section in sections
            if whole_word.search(section["title"])
        }
        for page in wanted:
            if page not in found:
                yield f"{word!r} is in no title of {page}; titles of these pages: {sorted(found)}"


if __name__ == "__main__":
    sys.exit(main())

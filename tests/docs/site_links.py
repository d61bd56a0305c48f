"""Check that each type of this package in a signature of the built reference is a link.

    python tests/docs/site_links.py SITE

SITE is the folder that `mkdocs build` wrote. mkdocstrings writes a name without an entry as a
`span` with the full name as its title. The exit code is 1 if there is one.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

# The title of a parameter ends in a small letter.
_UNLINKED = re.compile(r'<span title="(beatport_match\.(?:\w+\.)*_?[A-Z]\w*)"')
_LINK = re.compile(r'class="autorefs autorefs-internal"')
# A type variable stands for any type, so it has no entry.
_VARIABLE = re.compile(r"\.[A-Z]$")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("site", type=Path, metavar="SITE")
    folder = parser.parse_args().site / "reference"
    pages = {page.name: page.read_text("utf-8") for page in sorted(folder.glob("*.html"))}
    linked = sum(len(_LINK.findall(html)) for html in pages.values())
    problems = [line for name, html in pages.items() for line in unlinked(name, html)]
    if not linked:
        problems.append(f"{folder}: no page has a link; has mkdocstrings changed its HTML?")
    print("\n".join(problems) or f"all {linked} names of types in signatures are links")
    return bool(problems)


def unlinked(page: str, html: str) -> Iterator[str]:
    """Yield a sentence for each name of this package that has no entry to link to."""
    for name in sorted(set(_UNLINKED.findall(html))):
        if not _VARIABLE.search(name):
            yield f"{page}: {name} is no link; show it on docs/reference/types.md"


if __name__ == "__main__":
    sys.exit(main())

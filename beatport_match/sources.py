"""Where candidates come from, as the conversation sees it.

Only the shape lives here. A source builds questions and never sends them; this file knows no
catalogue, and judgement never learns which source answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from beatport_match.wire import Question


class Source(Protocol):
    """A catalogue that can be searched, and asked for one track."""

    @property
    def name(self) -> str:
        """What tells it from other sources, for journals."""
        ...

    def search(self, text: str, query_type: str) -> Question:
        """The question that searches for `text`.

        Raises:
            MisuseError: There is nothing in `text` to search for.
        """
        ...

    def isrc(self, isrc: str, query_type: str) -> Question:
        """The question for the tracks with an ISRC.

        Raises:
            MisuseError: This catalogue cannot be asked by ISRC.
        """
        ...

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        """The question for one track; an empty answer means that there is no such track.

        Raises:
            MisuseError: `url_or_id` names no track of this catalogue.
        """
        ...


Sources: TypeAlias = "Source | Sequence[Source]"
"""One catalogue, or several: the next is asked for what was not matched in those before."""


def in_turn(sources: Sources) -> tuple[Source, ...]:
    """Several sources, in the order they are asked."""
    return tuple(sources) if isinstance(sources, Sequence) else (sources,)

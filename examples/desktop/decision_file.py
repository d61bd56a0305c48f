"""The file of decisions of this program; without widgets.

All functions may block, because the file may be large or locked by another program.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from review import Choice

from beatport_match import Decisions, DecisionsError, MisuseError, OutputError


class DecisionFile:
    """The decisions in the folder of the program; it is read when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "decisions.jsonl"
        self._decisions: Decisions | None = None
        self._lock = Lock()

    def read(self) -> Decisions:
        """Return the decisions, also those that other programs have added.

        Raises:
            DecisionsError: The file cannot be read, or is another file.
        """
        with self._lock:
            if self._decisions is None:
                self._decisions = Decisions(self.path)
            else:
                self._decisions.refresh()
            return self._decisions

    def keep(self, choices: Sequence[Choice]) -> str:
        """Write what the user decided; return a sentence for the user if that fails."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            decisions = self.read()
            write = {
                "accepted": decisions.accept,
                "rejected": decisions.reject,
                "withdrawn": decisions.withdraw,
            }
            for one in choices:
                decided = one.decided
                write[one.verdict](one.track, one.candidate, by=decided.by, at=decided.at)
        except (OSError, DecisionsError, MisuseError, OutputError) as error:
            return f"This decision is not kept for later runs: {error}"
        return ""

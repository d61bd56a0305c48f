"""The result of `fetch_tracks`: the pages that could be read, and why the others could not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import overload

from beatport_match.errors import Failure
from beatport_match.model.tracks import Candidate


@dataclass(frozen=True, slots=True)
class FetchedTracks(Sequence[Candidate | None]):
    """The fetched tracks, in the order of the given URLs or IDs: a read-only sequence.

    An entry is `None` if Beatport has no such track, or if its page could not be read. Only in the
    second case its index is in `failures`.

    Attributes:
        tracks: One candidate or `None` for each URL or ID.
        failures: Why a page could not be read, by its index from 0.

    Example:
        ```python
        with Matcher() as matcher:
            found = matcher.fetch_tracks([16476663, 1])
        for index, failure in found.failures.items():
            print(index, failure)
        ```
    """

    tracks: tuple[Candidate | None, ...]
    failures: Mapping[int, Failure]

    def __post_init__(self) -> None:
        object.__setattr__(self, "failures", MappingProxyType(dict(self.failures)))

    def __reduce__(self) -> "tuple[type[FetchedTracks], tuple[object, ...]]":
        # A read-only mapping cannot be pickled.
        return type(self), (self.tracks, dict(self.failures))

    @overload
    def __getitem__(self, index: int) -> Candidate | None: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Candidate | None, ...]: ...
    def __getitem__(self, index: int | slice) -> Candidate | tuple[Candidate | None, ...] | None:
        return self.tracks[index]

    def __len__(self) -> int:
        return len(self.tracks)

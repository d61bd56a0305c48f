"""The result of scoring: the evidence list, and the candidate that it is about.

This module only defines the values. `scoring.scorer` makes the evidence; `scoring.confidence` makes
the scored candidates.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from beatport_match.model.tracks import Candidate, ReadFrom

Relation: TypeAlias = Literal["same_recording", "other_version", "different"]
"""How a candidate relates to the local track; one contradiction decides the relation."""
MatchOutcome: TypeAlias = Literal["matched", "review", "not_found", "failed"]
"""The answer for a track; `matched` is accepted automatically, `review` needs a person."""
OUTCOMES: tuple[MatchOutcome, ...] = get_args(MatchOutcome)
RejectCode: TypeAlias = Literal[
    "different",
    "other_version",
    "incomplete",
    "rerelease",
    "less_likely",
    "unsure",
    "not_picked",
    "decided",
]
"""Why a candidate was not accepted."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line of the score breakdown: one comparison, its points and the reason.

    `name` and `code` together are a case, such as `title.typo`. Both are stable, so programs can
    use them. `docs/how-matching-works.md` lists all cases.

    Attributes:
        name: What was compared, such as `title` or `length`.
        local: The value of the local track, as text.
        catalogue: The value of the candidate, as text.
        effect: The points that the comparison added to the score, or subtracted if negative.
        note: The reason for the points, for people.
        code: The case within `name`, such as `typo`; empty only for the line named `limit`.

    Example:
        ```python
        for line in match.candidates[0].evidence:
            print(line.name, line.code, line.effect, line.note)
        ```
    """

    name: str
    local: str
    catalogue: str
    effect: float
    note: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a candidate was not accepted.

    Attributes:
        code: One of eight:

            * `different`: another title or artist;
            * `other_version`: another version of the same title;
            * `incomplete`: the page has changed and names no artist or no version;
            * `rerelease`: the same recording as the first candidate, on another release;
            * `less_likely`: it fits less well than the first candidate;
            * `unsure`: the first candidate, whose confidence is too low to accept it;
            * `not_picked`: a person picked another candidate;
            * `decided`: an earlier decision rejects it.
        text: One sentence for people.

    Example:
        ```python
        rejection = match.candidates[1].reject_reason
        print(rejection.code, rejection.text)
        ```
    """

    code: RejectCode
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class ScoredCandidate:
    """A candidate with its score, its confidence and its evidence.

    It has the fields of its candidate too: `match.best.key` is `match.best.candidate.key`.

    Attributes:
        candidate: The track on Beatport.
        score: The sum of the evidence's effects, 0-100.
        confidence: The probability that this is the recording the DJ has, 0-1.
        relation: `same_recording`, `other_version` (the same title and artist, but another remixer,
            kind, length class, part or year) or `different` (another title or artist).
        evidence: The score breakdown, one `Evidence` for each comparison.
        rerelease: Whether this is the same recording as the best candidate, on another release.
        doubts: The reasons that limit the confidence, the strongest first, such as "the artist's
            name differs by a letter".
        title_similarity: How similar the letters of both titles are, 0-100, without versions and
            guests. It is a figure for people; the score does not use it.
        artist_similarity: The same for the artists, in any order; `None` if one side names none.
        query_index: The index in `Match.queries` of the first query that found the candidate, from
            0; `None` if no search found it (as in `rank`).
        query_text: The text of that query.
        query_type: How that query was built; `docs/metrics.md` lists the types.
        place: The place of the candidate in the result of that query, from 1. It is ignored when
            candidates are compared.
        reject_reason: Why the match did not accept the candidate; `None` if it did, and in `rank`.
            It is ignored when candidates are compared.

    Example:
        ```python
        best = match.candidates[0]
        print(best.name, best.score, best.confidence, best.relation)
        ```
    """

    candidate: Candidate
    score: float
    confidence: float
    relation: Relation
    evidence: tuple[Evidence, ...]
    rerelease: bool = False
    doubts: tuple[str, ...] = ()
    title_similarity: float | None = None
    artist_similarity: float | None = None
    query_index: int | None = None
    query_text: str = ""
    query_type: str = ""
    # An answer does not depend on the order of a result.
    place: int | None = field(default=None, compare=False)
    # A person's pick changes it, and the picked candidate is still an equal one.
    reject_reason: Rejection | None = field(default=None, compare=False)

    @property
    def id(self) -> int:
        """The candidate's track number on Beatport."""
        return self.candidate.id

    @property
    def url(self) -> str | None:
        """The URL of the candidate's page on Beatport, or `None` if it is unknown."""
        return self.candidate.url

    @property
    def name(self) -> str:
        """The title on Beatport, without the version."""
        return self.candidate.name

    @property
    def mix_name(self) -> str | None:
        """The version, such as `Original Mix`."""
        return self.candidate.mix_name

    @property
    def artists(self) -> tuple[str, ...]:
        """The artists, one name per entry."""
        return self.candidate.artists

    @property
    def remixers(self) -> tuple[str, ...]:
        """The remixers, one name per entry."""
        return self.candidate.remixers

    @property
    def label(self) -> str | None:
        """The record label."""
        return self.candidate.label

    @property
    def release(self) -> str | None:
        """The name of the release."""
        return self.candidate.release

    @property
    def release_date(self) -> str | None:
        """The date of the release, as `YYYY-MM-DD`."""
        return self.candidate.release_date

    @property
    def bpm(self) -> float | None:
        """The tempo in beats per minute."""
        return self.candidate.bpm

    @property
    def key(self) -> str | None:
        """The musical key in Beatport's spelling, such as `Ab Minor`."""
        return self.candidate.key

    @property
    def camelot(self) -> str | None:
        """The key on the Camelot wheel, such as `1A`."""
        return self.candidate.camelot

    @property
    def genre(self) -> str | None:
        """Beatport's genre."""
        return self.candidate.genre

    @property
    def sub_genre(self) -> str | None:
        """Beatport's sub-genre."""
        return self.candidate.sub_genre

    @property
    def length_s(self) -> float | None:
        """The length in seconds."""
        return self.candidate.length_s

    @property
    def isrc(self) -> str | None:
        """The International Standard Recording Code."""
        return self.candidate.isrc

    @property
    def catalog_number(self) -> str | None:
        """The catalogue number of the release."""
        return self.candidate.catalog_number

    @property
    def artwork_url(self) -> str | None:
        """The URL of the cover picture."""
        return self.candidate.artwork_url

    @property
    def preview_url(self) -> str | None:
        """The URL of an audio sample."""
        return self.candidate.preview_url

    @property
    def read_from(self) -> ReadFrom | None:
        """Where the data was found if Beatport's page has changed."""
        return self.candidate.read_from

    def __repr__(self) -> str:
        # With its evidence it would fill a screen.
        return f"<ScoredCandidate {self}>"

    def __str__(self) -> str:
        return (
            f"{self.candidate} [{self.id}] "
            f"score {self.score:.1f}, confidence {self.confidence:.2f}, {self.relation}"
        )

    def explain(self) -> str:
        """Explain the score as a text: the candidate, each line of evidence, and their sum.

        Returns:
            Several lines, without a line break at the end.

        Example:
            ```python
            print(best.explain())
            ```
        """
        lines = [str(self), *([self.url] if self.url else [])]
        for line in self.evidence:
            pair = f"{line.local or '-'} | {line.catalogue or '-'}"
            lines.append(f"  {line.effect:+7.1f}  {line.name:<12} {pair}  ({line.note})")
        lines.append(f"  {self.score:7.1f}  score")
        if self.doubts:
            lines.append(f"  confidence limited: {'; '.join(self.doubts)}")
        return "\n".join(lines)


def candidate_of(candidate: ScoredCandidate | Candidate) -> Candidate:
    """Return the candidate itself of a scored one."""
    return candidate.candidate if isinstance(candidate, ScoredCandidate) else candidate

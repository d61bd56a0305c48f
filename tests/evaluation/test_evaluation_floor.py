"""The figures of the evaluation do not fall below fixed minimum values.

The tests use questions made from the invented catalogue. If the shared evaluation data is beside
the repository, they also use a sample of it. Both run with the simulated search and with an offline
catalogue. The minimum values are a little below the measured figures: raise them when the figures
rise, and do not lower them to make a test pass.
"""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from catalogue_search import built_from, open_catalogue
from figures import Figures
from messy_titles import RULES, rows_and_questions
from outcomes import AnsweringSource, evaluate, evaluate_all
from questions import DATA, SETS, open_search
from simulated_search import SimulatedSearch

from beatport_match import Catalogue

needs_the_data = pytest.mark.skipif(
    not (DATA / "catalogue.jsonl.gz").exists(),
    reason="the shared evaluation data is not beside the repository",
)


def explained(figures: Figures) -> str:
    """Explain the wrong and missing answers, for the message of a failing test."""
    failed = [one for one in figures.outcomes if one.verdict == "wrong"]
    failed += [one for one in figures.outcomes if one.answerable and not one.first]
    return "\n\n".join(f"{one.key}: {one.verdict}\n{one.why}" for one in failed[:10])


@pytest.fixture(scope="module", params=["search", "catalogue"])
def searched(request: pytest.FixtureRequest) -> str:
    """The source; both have the same minimum values."""
    if request.param == "catalogue":
        pytest.importorskip("tantivy", reason="the extra `offline` is not installed")
    return str(request.param)


@pytest.fixture(scope="module")
def invented(searched: str, tmp_path_factory: pytest.TempPathFactory) -> Figures:
    rows, questions = rows_and_questions()
    source: AnsweringSource = SimulatedSearch(rows)
    if searched == "catalogue":
        path = tmp_path_factory.mktemp("invented") / "catalogue"
        Catalogue.build(rows, path)
        source = open_catalogue(path)
    return Figures.of(evaluate(source, question, "invented") for question in questions)


def test_there_are_enough_invented_questions(invented: Figures) -> None:
    """A minimum value needs enough questions, with and without a right answer on sale."""
    assert invented.size >= 600
    assert invented.negatives >= 100
    assert invented.shuffled >= 50
    assert {one.kind for one in invented.outcomes} == set(RULES)


def test_accepted_answers_are_right(invented: Figures) -> None:
    """For a DJ, a wrong remix that is accepted automatically is the worst error."""
    assert invented.precision >= 0.995, explained(invented)


def test_false_accepts_are_rare(invented: Figures) -> None:
    """At most 2 %, whether another version of the track is on sale or not."""
    assert invented.false_accept_share <= 0.02, explained(invented)


def test_the_right_track_is_found(invented: Figures) -> None:
    """Recall is high over all questions, and no kind of question is much worse."""
    assert invented.recall >= 0.99, explained(invented)
    assert invented.right_first >= 0.99, explained(invented)
    for kind in RULES:
        assert invented.only(lambda one, kind=kind: one.kind == kind).recall >= 0.9, kind


def test_a_high_confidence_is_calibrated(invented: Figures) -> None:
    """The confidence of accepted answers is the share of them that is right."""
    highest = invented.bins[-1]
    assert highest.start == 0.9
    assert highest.difference <= 0.02


def test_a_track_on_sale_needs_little_more_than_one_search(invented: Figures) -> None:
    assert invented.only(lambda one: one.answerable).requests <= 1.1


def test_the_order_of_candidates_changes_nothing(invented: Figures) -> None:
    assert invented.order_dependent == 0


@pytest.fixture(scope="module")
def sampled(searched: str) -> dict[str, Figures]:
    """The figures of a fixed sample of the shared data, by set."""
    # `python tests/evaluation/run.py` measures the whole data.
    sizes = {"questions": 150, "pairs": 75}
    with ExitStack() as opened:
        source: AnsweringSource
        if searched == "catalogue":
            built = opened.enter_context(built_from(DATA / "catalogue.jsonl.gz"))
            source = open_catalogue(built)
        else:
            source = open_search(DATA)
        return {
            name: Figures.of(evaluate_all(DATA, [name], size, open_source=lambda: source))
            for name, size in sizes.items()
        }


# The sample is small: one wrong answer is about one percent.
MINIMUM = {
    "questions": {
        "precision": 0.99,
        # Two of the 146 questions on sale are titles without an artist, length or ISRC, which the
        # scoring leaves in review on purpose: several artists use the same title.
        "recall": 0.965,
        "right_first": 0.985,
        "error": 0.02,
        "requests": 1.2,
    },
    "pairs": {
        "precision": 0.985,
        "recall": 0.965,
        "right_first": 0.98,
        "error": 0.02,
        "requests": 1.12,
    },
}


@needs_the_data
@pytest.mark.parametrize("name", SETS)
def test_the_shared_sample_does_not_get_worse(name: str, sampled: dict[str, Figures]) -> None:
    found, floor = sampled[name], MINIMUM[name]
    assert found.precision >= floor["precision"], explained(found)
    assert found.recall >= floor["recall"], explained(found)
    assert found.right_first >= floor["right_first"], explained(found)
    assert found.calibration_error <= floor["error"]
    assert found.requests <= floor["requests"]
    assert found.false_accepts <= 1, explained(found)
    assert found.order_dependent == 0

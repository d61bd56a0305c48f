"""Bring your own I/O, here with urllib: `python examples/own_driver.py` queries a fake Beatport."""

import random
import time
import urllib.request as web
from collections.abc import Callable, Generator
from http.client import HTTPException
from typing import Any, TypeVar, cast

from beatport_match import Failure, MatchSettings, Track, beatport_source, matching
from beatport_match.testing import FakeBeatport

T = TypeVar("T")
OPENER = web.OpenerDirector()  # no redirects, no HTTP errors: `question_flow` handles them
OPENER.add_handler(web.HTTPHandler())
OPENER.add_handler(web.HTTPSHandler())


def send(request: matching.Request) -> matching.Delivery:
    get = web.Request(request.canonical, headers=dict(request.headers))  # noqa: S310 - built by us
    started, status = time.monotonic(), None
    outcome: matching.Response | Failure
    try:
        with OPENER.open(get, timeout=30) as raw:
            headers = {name.lower(): value for name, value in raw.headers.items()}
            status, body = raw.status, raw.read()
        outcome = matching.Response(status=status, url=raw.url, headers=headers, body=body)
    except (OSError, HTTPException) as error:
        outcome = Failure("network", repr(error), request.url)
    sent = matching.Sent(started=started, ended=time.monotonic(), status=status)
    return matching.Delivery(outcome, sent)


def perform(step: matching.Step) -> matching.Reply:
    # This driver has no cache and no rate limiter, so `CacheGet` and `Report` give `None`.
    result = send(step.request) if isinstance(step, matching.Send) else None
    if isinstance(step, matching.Sleep):
        time.sleep(step.seconds)
    return matching.Reply(result=result, now=time.monotonic(), jitter=random.random())  # noqa: S311 - jitter


def drive(generator: Generator[Any, Any, T], answer: Callable[[Any], Any]) -> T:
    try:
        step = next(generator)
        while True:
            step = generator.send(answer(step))
    except StopIteration as end:
        return cast("T", end.value)


def ask(batch: matching.Ask) -> tuple[matching.Answer, ...]:
    flows = (matching.question_flow(one, attempts=3, max_ages_s={}) for one in batch.questions)
    return tuple(drive(flow, perform) for flow in flows)


with FakeBeatport().serve() as base_url:
    settings = MatchSettings(base_url=base_url)  # leave it out to query Beatport
    track = Track("Borrowed Umbrella [Harrow Vint Remix]", "Kestrel Dobbs")
    print(drive(matching.match_flow(track, settings, beatport_source(settings)), ask).explain())

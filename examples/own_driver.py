"""Bring your own I/O, here with urllib: `python examples/own_driver.py` queries a fake Beatport."""

import random
import time
import urllib.request as web
from http.client import HTTPException

from beatport_match import Failure, MatchSettings, Track, beatport_source, matching
from beatport_match.testing import FakeBeatport

OPENER = web.OpenerDirector()  # no redirects, no HTTP errors: `question_flow` handles them
OPENER.add_handler(web.HTTPHandler())
OPENER.add_handler(web.HTTPSHandler())


def send(request: matching.Request) -> matching.Delivery:
    get = web.Request(request.canonical, headers=dict(request.headers))  # noqa: S310 - built by us
    started, status = time.monotonic(), None
    try:
        with OPENER.open(get, timeout=30) as raw:
            headers = {name.lower(): value for name, value in raw.headers.items()}
            outcome = matching.Response(
                status=raw.status, url=raw.url, headers=headers, body=raw.read()
            )
            status = raw.status
    except (OSError, HTTPException) as error:
        outcome = Failure("network", repr(error), request.url)
    return matching.Delivery(
        outcome, matching.Sent(started=started, ended=time.monotonic(), status=status)
    )


def perform(step) -> matching.Reply:
    result = None  # of CacheGet and Report: this driver has no cache and no rate limiter
    if isinstance(step, matching.Send):
        result = send(step.request)
    elif isinstance(step, matching.Sleep):
        time.sleep(step.seconds)
    return matching.Reply(result=result, now=time.monotonic(), jitter=random.random())  # noqa: S311 - jitter


def drive(generator, answer):
    try:
        step = next(generator)
        while True:
            step = generator.send(answer(step))
    except StopIteration as end:
        return end.value


def ask(batch: matching.Ask):
    flows = (matching.question_flow(one, attempts=3, max_ages_s={}) for one in batch.questions)
    return tuple(drive(flow, perform) for flow in flows)


with FakeBeatport().serve() as base_url:
    settings = MatchSettings(base_url=base_url)  # leave it out to query Beatport
    track = Track("Borrowed Umbrella [Harrow Vint Remix]", "Kestrel Dobbs")
    print(drive(matching.match_flow(track, settings, beatport_source(settings)), ask).explain())

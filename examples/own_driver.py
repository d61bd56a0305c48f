"""Bring your own I/O, here with urllib: `python examples/own_driver.py` queries a fake Beatport."""

import random
import time
import urllib.request as web
from http.client import HTTPException

from beatport_match import Failure, MatchSettings, Track, beatport_source
from beatport_match.matching import (
    Ask,
    Parse,
    Reply,
    Request,
    ReserveSlot,
    Response,
    RunLocalLookup,
    Send,
    Sleep,
    match_flow,
    question_flow,
)
from beatport_match.testing import FakeBeatport

OPENER = web.OpenerDirector()  # no redirects, no HTTP errors: `question_flow` handles them
OPENER.add_handler(web.HTTPHandler())
OPENER.add_handler(web.HTTPSHandler())


def send(request: Request) -> Response | Failure:
    get = web.Request(request.canonical, headers=dict(request.headers))  # noqa: S310 - built by us
    try:
        with OPENER.open(get, timeout=30) as raw:
            headers = {name.lower(): value for name, value in raw.headers.items()}
            return Response(status=raw.status, url=raw.url, headers=headers, body=raw.read())
    except (OSError, HTTPException) as error:
        return Failure("network", repr(error), request.url)


HANDLERS = {  # the other steps are for a cache, tokens and a rate limiter: this driver has none
    Send: lambda step: send(step.request),
    Parse: lambda step: step.parser(step.response),
    RunLocalLookup: lambda step: step.lookup(),
    ReserveSlot: lambda _: 0.0,  # seconds until the request may be sent: no rate limit
    Sleep: lambda step: time.sleep(step.seconds),
}


def perform(step) -> Reply:
    result = HANDLERS.get(type(step), lambda _: None)(step)
    return Reply(result=result, now=time.monotonic(), jitter=random.random())  # noqa: S311 - jitter


def drive(generator, answer):
    try:
        step = next(generator)
        while True:
            step = generator.send(answer(step))
    except StopIteration as end:
        return end.value


def ask(batch: Ask):
    flows = (question_flow(one, attempts=3, max_ages_s={}) for one in batch.questions)
    return tuple(drive(flow, perform) for flow in flows)


with FakeBeatport().serve() as base_url:
    settings = MatchSettings(base_url=base_url)  # leave it out to query Beatport
    track = Track("Borrowed Umbrella [Harrow Vint Remix]", "Kestrel Dobbs")
    print(drive(match_flow(track, settings, beatport_source(settings)), ask).explain())

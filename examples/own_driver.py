"""Bring your own I/O, here urllib's: `python examples/own_driver.py` asks the fake Beatport."""

import random
import time
import urllib.request as web
from http.client import HTTPException

from beatport_match import Failure, MatchSettings, Track, beatport_source
from beatport_match.matching import Ask, Parse, Reply, Request, ReserveSlot, Response, RunLocalLookup
from beatport_match.matching import Send, Sleep, match_flow, question_flow
from beatport_match.testing import FakeBeatport

OPENER = web.OpenerDirector()  # knows no redirects and no errors: those are the exchange's business
OPENER.add_handler(web.HTTPHandler())
OPENER.add_handler(web.HTTPSHandler())


def send(request: Request) -> Response | Failure:
    get = web.Request(request.canonical, headers=dict(request.headers))  # noqa: S310 - a source's
    try:
        with OPENER.open(get, timeout=30) as came:
            headers = {name.lower(): value for name, value in came.headers.items()}
            return Response(status=came.status, url=came.url, headers=headers, body=came.read())
    except (OSError, HTTPException) as error:
        return Failure("network", repr(error), request.url)


HANDS = {  # the other steps of an exchange ask for a cache and for tokens: here are none
    Send: lambda step: send(step.request),
    Parse: lambda step: step.parser(step.response),
    RunLocalLookup: lambda step: step.lookup(),
    ReserveSlot: lambda _: 0.0,  # seconds until it may be sent
    Sleep: lambda step: time.sleep(step.seconds),
}


def take(step) -> Reply:
    outcome = HANDS.get(type(step), lambda _: None)(step)
    return Reply(result=outcome, now=time.monotonic(), jitter=random.random())  # noqa: S311 - jitter


def drive(generator, answer):
    try:
        asked = next(generator)
        while True:
            asked = generator.send(answer(asked))
    except StopIteration as end:
        return end.value


def ask(batch: Ask):
    return tuple(drive(question_flow(one, attempts=3, max_ages_s={}), take) for one in batch.questions)


with FakeBeatport().serve() as base_url:
    settings = MatchSettings(base_url=base_url)  # left out, the real Beatport is asked
    track = Track("Borrowed Umbrella [Harrow Vint Remix]", "Kestrel Dobbs")
    print(drive(match_flow(track, settings, beatport_source(settings)), ask).explain())

"""Log lines of requests, all at DEBUG: host and query type, never a title, a name or a token."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from beatport_match._logging import logger
from beatport_match.errors import Failure
from beatport_match.matching.protocol import Answer, Delivery, Request, Response


def log_sent(request: Request, query_type: str, delivery: Delivery) -> None:
    """Log one request that was sent, with its status and time, or why it was not."""
    if not logger.isEnabledFor(logging.DEBUG):
        return
    host, outcome, sent = _host(request), delivery.outcome, delivery.sent
    if sent is None:
        kind = outcome.kind if isinstance(outcome, Failure) else ""
        logger.debug("%s: %s not sent (%s)", host, query_type, kind)
        return
    result = outcome.status if isinstance(outcome, Response) else outcome.kind
    seconds = sent.ended - sent.started
    logger.debug("%s: %s sent: %s after %.3f s", host, query_type, result, seconds)


def log_retry(
    request: Request, query_type: str, delay_s: float, outcome: Response | Failure | None
) -> None:
    """Log that a request failed with an outcome and is sent again after a delay."""
    why = outcome.status if isinstance(outcome, Response) else outcome and outcome.kind
    logger.debug("%s: %s failed (%s); retry in %.1f s", _host(request), query_type, why, delay_s)


def log_answer(answer: Answer) -> None:
    """Log an answer from the cache, or one that failed."""
    if not logger.isEnabledFor(logging.DEBUG):
        return
    host, query_type = _host(answer.question.request), answer.question.query_type
    if answer.cached:
        logger.debug("%s: %s served from the cache", host, query_type)
    elif isinstance(answer.value, Failure):
        kind, count = answer.value.kind, len(answer.sent)
        logger.debug("%s: %s failed (%s) after %d requests", host, query_type, kind, count)


def _host(request: Request) -> str:
    return urlsplit(request.url).netloc.rpartition("@")[2]

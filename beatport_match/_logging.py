"""The logger of the library, `beatport_match`. It prints nothing by itself.

    DEBUG    each request that was sent or is retried, each answer from the cache, each failed query
    INFO     one line for each run
    WARNING  a track ended with an unexpected exception, the circuit breaker opened or closed, a
             file cannot be used or is damaged

Users publish logs in bug reports, so no line holds a title, a name, a token, a header or a folder.
"""

from __future__ import annotations

import logging

logger = logging.getLogger("beatport_match")
# Without a handler, Python prints warnings to stderr.
logger.addHandler(logging.NullHandler())

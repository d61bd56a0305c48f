"""The only logger of the library, `beatport_match`.

The calling program configures it; without configuration nothing is printed. Log messages contain
no folder, no query and no header, because users share their logs with others.
"""

from __future__ import annotations

import logging

logger = logging.getLogger("beatport_match")
# Without a handler, Python would print warnings to stderr.
logger.addHandler(logging.NullHandler())

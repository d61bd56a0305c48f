"""The library's one logger. Hosts decide what becomes of it; nothing is printed.

What is logged names no folder, no query and no header: logs are sent to strangers.
"""

from __future__ import annotations

import logging

logger = logging.getLogger("beatport_match")
# Without a handler, Python prints warnings to stderr by itself.
logger.addHandler(logging.NullHandler())

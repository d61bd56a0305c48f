"""`python -m beatport_match`: the command line."""

import sys

from beatport_match.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""Run the command line as `python -m beatport_match`."""

import sys

from beatport_match.cli import main

if __name__ == "__main__":
    sys.exit(main())

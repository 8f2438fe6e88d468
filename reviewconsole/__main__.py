"""`python -m reviewconsole`."""

import sys

from reviewconsole.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.conformance [VERIFIER …]`: all cases against a verifier, by default `reviewconsole`."""

import sys

from tests.conformance.run import main

sys.exit(main(sys.argv[1:]))

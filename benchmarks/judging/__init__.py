"""How much of what is shown deserves it: blind verdicts on findings drawn at random."""

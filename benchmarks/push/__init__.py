"""What the pre-receive hook adds to a push, against the same push without it."""

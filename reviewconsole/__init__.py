"""Sign off AI-assisted changes from the terminal, with evidence in git notes.

    git objects and refs
      -> change      what is up for review: base..head against a target
      -> diff        files, hunks, lines
      -> detection   findings: risk, gap, boundary
      -> session     what the reviewer saw and said (pure state)
      -> attestation exact bytes, signed with the reviewer's SSH key
      -> git notes   one append-only log per person, key and device
      -> sync        travels by git push
      -> gate        the same pure verdict in the console, CI and a hook

Importing this package imports nothing else.
"""

__version__ = "0.1.0"

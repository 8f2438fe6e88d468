"""All verbs: each group is one module with `grammar`, which adds its verbs, and `VERBS`, which runs them."""

from reviewconsole.cli import (
    auditing_verbs,
    boundary_verbs,
    checking_verbs,
    claiming_verbs,
    deciding_verbs,
    people_verbs,
    reading_verbs,
    repositories_verbs,
    server_verbs,
    setup_verbs,
    stats_verbs,
)
from reviewconsole.cli.common import Verbs

GROUPS = (
    reading_verbs,
    stats_verbs,
    deciding_verbs,
    checking_verbs,
    auditing_verbs,
    setup_verbs,
    server_verbs,
    boundary_verbs,
    people_verbs,
    repositories_verbs,
    claiming_verbs,
)

VERBS: Verbs = {name: run for group in GROUPS for name, run in group.VERBS.items()}

"""Figures of the queue and of the decisions, for a dashboard or a retrospective."""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reviewconsole.casefile import QueueEntry, RecordRow
from reviewconsole.cli.common import Environ, Options, Verbs, add_verb, json_option, open_workspace, say, target_option
from reviewconsole.display import safe_text

if TYPE_CHECKING:
    from reviewconsole.cli.common import Sub
    from reviewconsole.cli.documents import Document

_DAY = 86_400


def grammar(verbs: "Sub") -> None:
    """Add these verbs to the grammar."""
    stats = add_verb(verbs, "stats", "count what waits and what was decided")
    json_option(stats)
    target_option(stats)


def figures(
    identity: str,
    target: str,
    *,
    waiting: Sequence[QueueEntry],
    entries: Sequence[QueueEntry],
    records: Sequence[RecordRow],
    now: int,
) -> "Document":
    """`reviewconsole/stats/v1`. What waits is what the queue lists; `entries` are all open changes.

    Ages are whole days since the last commit; records are those that verify.
    """
    from statistics import median

    ages = [max(0, now - entry.change.updated) // _DAY for entry in waiting]
    good = [record for record in records if record.valid]
    since = datetime.fromtimestamp(now - 30 * _DAY, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    people: dict[str, Counter[str]] = {}
    for record in good:
        people.setdefault(record.principal, Counter())[record.decision] += 1
    return {
        "schema": "reviewconsole/stats/v1",
        "repository": {"id": identity, "target": target},
        "queue": {
            "waiting": len(waiting),
            "by_state": _tallied(entry.state for entry in entries),
            "by_risk": _tallied(entry.risk.level for entry in waiting),
            "median_days": int(median(ages)) if ages else None,
            "oldest_days": max(ages, default=None),
        },
        "decisions": {
            "records": len(good),
            "unverified": len(records) - len(good),
            "last_30_days": sum(record.decided_at >= since for record in good),
            "by_decision": _tallied(record.decision for record in good),
            "by_person": {name: dict(sorted(counts.items())) for name, counts in sorted(people.items())},
        },
    }


def _tallied(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def _words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {safe_text(name)}" for name, count in counts.items()) or "none"


def stats(options: Options, environ: Environ) -> int:
    """Count what waits and what was decided."""
    workspace = open_workspace(options, environ)
    entries = workspace.queue(everything=True)
    waiting = workspace.queue()
    table = figures(
        workspace.identity,
        workspace.target,
        waiting=waiting,
        entries=entries,
        records=workspace.log(),
        now=int(time.time()),
    )
    if options.json:
        from reviewconsole.cli import documents

        sys.stdout.write(documents.render(table))
        return 0
    queue, decisions = table["queue"], table["decisions"]
    age = "" if queue["oldest_days"] is None else f", median {queue['median_days']} days, oldest {queue['oldest_days']}"
    say((
        f"waiting    {queue['waiting']} into {safe_text(workspace.target)}{age} (what the queue lists)",
        f"by risk    {_words(queue['by_risk'])}",
        f"by state   {_words(queue['by_state'])} (all open changes, also those without AI evidence)",
        f"decisions  {decisions['records']}, {decisions['last_30_days']} in the last 30 days",
        f"records    {decisions['unverified']} do not verify",
        *(f"           {safe_text(name)}: {_words(counts)}" for name, counts in decisions["by_person"].items()),
    ))  # fmt: skip
    return 0


VERBS: Verbs = {"stats": stats}

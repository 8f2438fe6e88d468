"""What every signed record says of its own log: whose it is, which place it has, what it had seen."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from reviewconsole.mapping import Table

REF_PREFIX = "refs/notes/reviewconsole/"
MOST_OBSERVED = 100

PRINCIPAL = r"[a-z0-9][a-z0-9._-]{0,63}"
DIGEST = r"[0-9a-f]{64}"
"""SHA-256 as hex."""
RECORD_ID = r"sha256:[0-9a-f]{64}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """The tip of somebody's log when a record was written."""

    log: str
    sequence: int
    id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """The place of a record in its log."""

    device: str
    sequence: int
    previous: str | None
    observed: tuple[Observed, ...]


def parse_link(log: Table) -> Link:
    """Read the `log` table of a predicate; FormatError for a first record with a previous one, or a later without."""
    link = Link(
        device=log.text("device", pattern=r"[0-9a-f]{8}"),
        sequence=log.integer("sequence", least=1),
        previous=log.optional_text("previous", pattern=RECORD_ID),
        observed=parse_tips(log, "observed", most=MOST_OBSERVED),
    )
    log.end()
    if (link.sequence == 1) != (link.previous is None):
        raise log.fail("previous", "only the first record of a log has no previous one")
    return link


def tip_rows(tips: Iterable[Observed]) -> list[dict[str, object]]:
    """Lay tips of logs out as `parse_tips` reads them."""
    return [{"log": tip.log, "sequence": tip.sequence, "id": tip.id} for tip in tips]


def link_row(device: str, sequence: int, previous: str | None, observed: Iterable[Observed]) -> dict[str, object]:
    """Lay the place of a record in its log out as `parse_link` reads it."""
    return {"device": device, "sequence": sequence, "previous": previous, "observed": tip_rows(observed)}


def parse_tips(table: Table, key: str, *, most: int) -> tuple[Observed, ...]:
    """Read a list of at most `most` tips of logs."""
    rows = table.tables(key)
    if len(rows) > most:
        raise table.fail(key, f"must hold at most {most} tips")
    return tuple(_tip(row) for row in rows)


def _tip(row: Table) -> Observed:
    found = Observed(
        log=row.text("log"), sequence=row.integer("sequence", least=1), id=row.text("id", pattern=RECORD_ID)
    )
    row.end()
    return found


def record_id(payload: bytes) -> str:
    """Identify a record: `sha256:` and the hex digest of the payload bytes."""
    return "sha256:" + hashlib.sha256(payload).hexdigest()


def log_ref(principal: str, key8: str, device: str) -> str:
    """Name the log of one person, key and device."""
    return f"{REF_PREFIX}{principal}/{key8}-{device}"

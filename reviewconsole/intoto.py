"""The in-toto Statement v1 around every predicate of ours: one subject, which is a commit under the name of a ref.

Source: in-toto attestation framework, spec/v1/statement.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from reviewconsole import canonical
from reviewconsole.change import OBJECT_ID, Oid
from reviewconsole.errors import FormatError
from reviewconsole.mapping import Table

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """A statement taken apart; the predicate is not read yet."""

    kind: str
    """The predicate's type."""
    name: str
    head: Oid
    predicate: Table


def lay_out(kind: str, name: str, head: Oid, predicate: Mapping[str, object]) -> dict[str, object]:
    """Lay a predicate of a type out as a statement on the commit `head`; the name is printable already."""
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": name, "digest": {"gitCommit": head}}],
        "predicateType": kind,
        "predicate": predicate,
    }


def take_apart(raw: bytes, *kinds: str) -> Parts:
    """Read all of a statement but its predicate strictly: canonical bytes, one of these types, no other field."""
    top = Table(canonical.parse(raw))
    top.text("_type", choices=[STATEMENT_TYPE])
    kind = top.text("predicateType")
    if kind not in kinds:
        raise FormatError("an unknown version of the predicate", place="predicateType")
    subjects = top.tables("subject")
    if len(subjects) != 1:
        raise FormatError("must hold one subject", place="subject")
    digest = subjects[0].table("digest")
    parts = Parts(
        kind=kind,
        name=subjects[0].text("name"),
        head=Oid(digest.text("gitCommit", pattern=OBJECT_ID)),
        predicate=top.table("predicate"),
    )
    for table in (digest, subjects[0], top):
        table.end()
    return parts

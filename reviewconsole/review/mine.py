"""One's own changes, or those of the agent one runs: what of them was rejected or waits, and why.

Whose a change is says nothing about whether it may land; it is asked for here only to choose what to show.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewconsole.casefile import OpenedChange, RecordRow
from reviewconsole.change import Change
from reviewconsole.decision import Verdict
from reviewconsole.errors import UsageError
from reviewconsole.evidence import participants
from reviewconsole.loading import changes
from reviewconsole.loading.arrived import arrived
from reviewconsole.loading.provenances import assess_provenance
from reviewconsole.loading.store import Store
from reviewconsole.review.workspace import Workspace

_REMARK = re.compile(
    r"(?:refused )?(?P<path>.+?)(?::(?P<line>\d+)(?:-(?P<end>\d+))?)?(?P<old> \(old side\))?: (?P<text>.+)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """What a reviewer said about a place, taken from the words of a rejection."""

    path: str
    line: int
    """1-based; 0 for the file as a whole."""
    end_line: int
    old: bool
    """Whether the line is one of the old side."""
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejection:
    """A rejection that stands."""

    record: RecordRow
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mine:
    """One change of one's own that cannot land yet."""

    opened: OpenedChange
    rejections: tuple[Rejection, ...]


def own_emails(workspace: Workspace) -> frozenset[str]:
    """The e-mails of the person: those of git's user.email and what the policy says of that person.

    UsageError where neither git nor `principal` of the settings names anybody.
    """
    store = workspace.store
    here = {
        email.strip().lower()
        for email in (store.repository.config_global("user.email"), store.repository.config_local("user.email"))
        if email
    }
    people = store.policy.people if store.policy is not None else {}
    known = {
        email
        for name, emails in people.items()
        if name == workspace.config.principal or here & emails
        for email in emails
    }
    if not here | known:
        raise UsageError("git does not know your e-mail", remedy="git config --global user.email you@example.com")
    return frozenset(here | known)


def mine(workspace: Workspace) -> tuple[Mine, ...]:
    """List one's own changes that are not satisfied, of what the workspace has read: rejected ones, then the newest."""
    emails = own_emails(workspace)
    store = workspace.store
    found = []
    pending = changes.pending(store.repository, store.targets)
    landed = arrived(store, pending, workspace.lines)
    for change in pending:
        if change.head not in landed and _is_of(store, change, emails):
            opened = workspace.open_change(change.ref)
            if opened.verdict is not Verdict.SATISFIED:
                found.append(Mine(opened=opened, rejections=tuple(_rejections(workspace, opened))))
    return tuple(sorted(found, key=lambda each: (not each.rejections, -each.opened.change.updated)))


def _is_of(store: Store, change: Change, emails: frozenset[str]) -> bool:
    operators = assess_provenance(store, change, ()).operators
    return any(each.email in emails for each in participants(change.commits, operators))


def _rejections(workspace: Workspace, opened: OpenedChange) -> Iterator[Rejection]:
    paths = {file.path for file in opened.files}
    for record in workspace.records(opened):
        if record.decision == "reject" and record.valid:
            lines = (_REMARK.fullmatch(line) for line in record.reason.split("\n"))
            yield Rejection(
                record=record,
                remarks=tuple(
                    Remark(
                        path=match["path"],
                        line=int(match["line"] or 0),
                        end_line=int(match["end"] or match["line"] or 0),
                        old=bool(match["old"]),
                        text=match["text"],
                    )
                    for match in lines
                    if match is not None and match["path"] in paths
                ),
            )

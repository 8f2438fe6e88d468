"""One review in progress: what was seen and said so far, and what follows from it.

    session = reduce(session, Accept(unit=...))      every key becomes an action
    draft(session, DecisionKind.APPROVE, "...")      what may be signed, or ReviewIncomplete

Nothing here is a decision: accepted and refused hunks are notes of the reviewer. Coverage comes
from `View` alone, which the console sends for what was on screen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reviewconsole.canonical import printable
from reviewconsole.casefile import OpenedChange
from reviewconsole.change import Oid
from reviewconsole.decision import REASON_LIMIT, Acknowledgement, DecisionKind, Draft
from reviewconsole.diff import HunkId
from reviewconsole.errors import ReviewIncomplete
from reviewconsole.finding import Finding, Side


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """The reviewer's note on one unit."""

    accepted: bool
    reason: str = ""
    """Why it is refused; empty for an accepted one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """A remark on one line."""

    unit: HunkId
    path: str
    side: Side
    line: int
    """1-based on `side`; 0 for the entry as a whole."""
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What the reviewer has said; undo goes back one of these."""

    marks: Mapping[HunkId, Mark] = field(default_factory=dict)
    acknowledged: Mapping[str, str] = field(default_factory=dict)
    """Fingerprint of a finding -> what is said to it."""
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewSession:
    """A review of one opened change. Mappings in it are never changed in place."""

    opened: OpenedChange
    viewed: frozenset[HunkId] = frozenset()
    said: Said = field(default_factory=Said)
    past: tuple[Said, ...] = ()
    moved_to: Oid | None = None
    """The head the ref was seen at after the change had been opened."""
    delta_shown: bool = False
    """Whether the difference to `moved_to` has been on screen."""
    units: frozenset[HunkId] = frozenset()
    """Every unit of the change: derived once, since there may be many thousands."""

    def __post_init__(self) -> None:
        if not self.units:
            object.__setattr__(self, "units", frozenset(self.opened.units))

    @property
    def stale(self) -> bool:
        """Whether the ref stands elsewhere and the reviewer has not seen what changed."""
        return self.moved_to is not None and not self.delta_shown

    @property
    def refused(self) -> tuple[HunkId, ...]:
        """Refused units, in the order of the files."""
        refused = {unit for unit, mark in self.said.marks.items() if not mark.accepted}
        return tuple(unit for unit in self.opened.units if unit in refused) if refused else ()

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """Findings that are neither suppressed in the code nor acknowledged, worst first."""
        said = self.said.acknowledged
        return tuple(f for f in self.opened.findings if not f.suppressed and f.fingerprint not in said)

    @property
    def read(self) -> int:
        """How many units were on screen in full."""
        return len(self.viewed)


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """Units have been on screen in full."""

    units: frozenset[HunkId]


@dataclass(frozen=True, kw_only=True, slots=True)
class Accept:
    """Note a unit as good."""

    unit: HunkId


@dataclass(frozen=True, kw_only=True, slots=True)
class Refuse:
    """Note a unit as bad, with the reason that goes into the rejection."""

    unit: HunkId
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledge:
    """Answer a finding."""

    fingerprint: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AddComment:
    """Remark on a line."""

    comment: Comment


@dataclass(frozen=True, kw_only=True, slots=True)
class Undo:
    """Take back the last thing said. What was seen stays seen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadMoved:
    """The ref stands at another head now; the opened head itself when the ref is gone."""

    head: Oid


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowDelta:
    """The difference to a newer head is on screen; the review goes on with that head."""

    newer: OpenedChange


@dataclass(frozen=True, kw_only=True, slots=True)
class Judge:
    """The gate has answered again for the same head, e.g. after a record was made."""

    opened: OpenedChange


Action = View | Accept | Refuse | Acknowledge | AddComment | Undo | HeadMoved | ShowDelta | Judge


def reduce(session: ReviewSession, action: Action) -> ReviewSession:
    """Apply one action; gives the same object when nothing changes.

    An action about a unit or a finding that the change does not have changes nothing. An empty or
    overlong text raises ReviewIncomplete.
    """
    match action:
        case View(units=units):
            fresh = (units & session.units) - session.viewed
            return replace(session, viewed=session.viewed | fresh) if fresh else session
        case Accept(unit=unit):
            return _mark(session, unit, Mark(accepted=True))
        case Refuse(unit=unit, reason=reason):
            return _mark(session, unit, Mark(accepted=False, reason=_said(reason, "a refused hunk needs a reason")))
        case Acknowledge(fingerprint=fingerprint, text=text):
            if all(finding.fingerprint != fingerprint for finding in session.opened.findings):
                return session
            answers = {**session.said.acknowledged, fingerprint: _said(text, "an acknowledgement needs a text")}
            return _say(session, replace(session.said, acknowledged=answers))
        case AddComment(comment=comment):
            if comment.unit not in session.units:
                return session
            comment = replace(comment, text=_said(comment.text, "a comment needs a text"))
            return _say(session, replace(session.said, comments=(*session.said.comments, comment)))
        case Undo():
            return replace(session, said=session.past[-1], past=session.past[:-1]) if session.past else session
        case HeadMoved(head=head):
            if session.moved_to == head:
                return session
            return replace(session, moved_to=head, delta_shown=False)
        case ShowDelta(newer=newer):
            return _go_on(session, newer)
        case Judge(opened=opened):
            return _judged(session, opened)


def _said(text: str, empty: str) -> str:
    text = text.strip()
    if not text:
        raise ReviewIncomplete(empty)
    if len(text) > REASON_LIMIT:
        raise ReviewIncomplete(f"the text has {len(text)} characters, {REASON_LIMIT} are the limit")
    return text


def _say(session: ReviewSession, said: Said) -> ReviewSession:
    if said == session.said:
        return session
    return replace(session, said=said, past=(*session.past, session.said))


def _mark(session: ReviewSession, unit: HunkId, mark: Mark) -> ReviewSession:
    if unit not in session.units:
        return session
    return _say(session, replace(session.said, marks={**session.said.marks, unit: mark}))


def _judged(session: ReviewSession, answer: OpenedChange) -> ReviewSession:
    opened = session.opened
    if answer.change.head != opened.change.head:
        return session
    judged = replace(opened, requirements=answer.requirements, verdict=answer.verdict, state=answer.state)
    return replace(session, opened=judged) if judged != opened else session


def _go_on(session: ReviewSession, newer: OpenedChange) -> ReviewSession:
    """Carry over what the newer head still contains: units by id, findings by fingerprint."""
    units = frozenset(newer.units)
    fingerprints = {finding.fingerprint for finding in newer.findings}
    said = Said(
        marks={unit: mark for unit, mark in session.said.marks.items() if unit in units},
        acknowledged={key: text for key, text in session.said.acknowledged.items() if key in fingerprints},
        comments=tuple(comment for comment in session.said.comments if comment.unit in units),
    )
    return ReviewSession(
        opened=newer,
        viewed=session.viewed & units,
        said=said,
        moved_to=newer.change.head,
        delta_shown=True,
    )


def draft(session: ReviewSession, kind: DecisionKind, reason: str) -> Draft:
    """Put the session into a decision that can be signed.

    Raises ReviewIncomplete when the ref moved and what changed has not been shown, when the reason
    is empty or too long, and for an approval with a refused hunk. Comments, and in a rejection the
    refused hunks, are appended to the reason.
    """
    if session.stale:
        raise ReviewIncomplete(
            "the branch has moved since it was opened", remedy="look at what changed, then decide on the new head"
        )
    reason = _said(reason, "a decision needs a reason")
    if kind is DecisionKind.APPROVE and session.refused:
        raise ReviewIncomplete(
            f"{len(session.refused)} refused hunks stand against an approval", remedy="undo them, or reject"
        )
    if kind is not DecisionKind.WITHDRAW:
        reason = _said("\n".join((reason, *_remarks(session, kind))), "")
    rules = {finding.fingerprint: finding.rule for finding in session.opened.findings}
    return Draft(
        kind=kind,
        reason=reason,
        acknowledged=tuple(
            Acknowledgement(fingerprint=fingerprint, rule=rules[fingerprint], text=text)
            for fingerprint, text in sorted(session.said.acknowledged.items())
        ),
        viewed=session.viewed,
    )


def _remarks(session: ReviewSession, kind: DecisionKind) -> list[str]:
    places = {
        hunk.id: f"{printable(file.path)}:{hunk.new_start or hunk.old_start}"
        for file in session.opened.files
        for hunk in file.hunks
    }
    for file in session.opened.files:
        if not file.hunks:
            places[file.units[0]] = printable(file.path)
    refused = session.refused if kind is DecisionKind.REJECT else ()
    lines = [f"refused {places[unit]}: {session.said.marks[unit].reason}" for unit in refused]
    for comment in session.said.comments:
        place = printable(comment.path) + (f":{comment.line}" if comment.line else "")
        old = " (old side)" if comment.side is Side.OLD and comment.line else ""
        lines.append(f"{place}{old}: {comment.text}")
    return lines

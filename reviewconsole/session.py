"""One review in progress: what was seen and said so far, and what follows from it.

    session = resume(opened, kept)                   go on where an earlier sitting ended
    session = reduce(session, Accept(unit=...))      every key becomes an action
    drafting.draft(session, DecisionKind.APPROVE, "...")   what may be signed, or ReviewIncomplete

Nothing here is a decision: accepted, refused and ticked hunks are notes of the reviewer. Coverage
comes from `View` alone, which the console sends for what was on screen.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from reviewconsole.casefile import OpenedChange
from reviewconsole.change import Oid
from reviewconsole.decision import REASON_LIMIT, DecisionKind
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
    """A remark on a line, a range of lines or a file."""

    unit: HunkId
    path: str
    side: Side
    line: int
    """1-based on `side`, the first one of a range; 0 for the file as a whole."""
    text: str
    end_line: int = 0
    """Last line of a range; 0 for a single line."""

    @property
    def last(self) -> int:
        """The line it stands under."""
        return max(self.line, self.end_line)


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What the reviewer has said; undo goes back one of these."""

    marks: Mapping[HunkId, Mark] = field(default_factory=dict)
    acknowledged: Mapping[str, str] = field(default_factory=dict)
    """Fingerprint of a finding -> what is said to it."""
    comments: tuple[Comment, ...] = ()
    ticked: frozenset[HunkId] = frozenset()
    """Units noted as viewed by hand; never coverage."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where the reviewer was."""

    path: str
    unit: HunkId | None
    line: int
    """Index of the line within the unit; -1 for its header."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What is kept of a review between two sittings. Units are named by content, so it survives a rebase."""

    viewed: frozenset[HunkId] = frozenset()
    said: Said = field(default_factory=Said)
    origins: Mapping[HunkId, tuple[int, int]] = field(default_factory=dict)
    """Unit with comments -> its first line on the old and the new side, to move comments along with it."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Kind of decision -> the reason as far as it was written."""
    place: Place | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewSession:
    """A review of one opened change. Mappings in it are never changed in place."""

    opened: OpenedChange
    viewed: frozenset[HunkId] = frozenset()
    earlier: frozenset[HunkId] = frozenset()
    """Those of `viewed` that were on screen in an earlier sitting."""
    said: Said = field(default_factory=Said)
    past: tuple[Said, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
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
    """Remark on lines or a file; takes the place of `instead`."""

    comment: Comment
    instead: Comment | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DropComment:
    """Take a remark back."""

    comment: Comment


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """Note units as viewed by hand, or all of them as not viewed when all are ticked."""

    units: frozenset[HunkId]


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """Keep a reason that is not signed yet; an empty one forgets it."""

    kind: DecisionKind
    reason: str


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The scan of the same head has come further."""

    opened: OpenedChange


Saying = Accept | Refuse | Acknowledge | AddComment | DropComment | Tick
Action = View | Saying | Undo | Write | HeadMoved | ShowDelta | Judge | Found


def reduce(session: ReviewSession, action: Action) -> ReviewSession:
    """Apply one action; gives the same object when nothing changes.

    An action about a unit or a finding that the change does not have changes nothing. An empty or
    overlong text raises ReviewIncomplete.
    """
    match action:
        case View(units=units):
            fresh = (units & session.units) - session.viewed
            return replace(session, viewed=session.viewed | fresh) if fresh else session
        case Undo():
            return replace(session, said=session.past[-1], past=session.past[:-1]) if session.past else session
        case Write(kind=kind, reason=reason):
            kept = {**session.reasons, kind.value: reason[:REASON_LIMIT]}
            return replace(session, reasons={name: text for name, text in kept.items() if text.strip()})
        case HeadMoved(head=head):
            if session.moved_to == head:
                return session
            return replace(session, moved_to=head, delta_shown=False)
        case ShowDelta(newer=newer):
            return _go_on(session, newer)
        case Judge(opened=opened):
            return _judged(session, opened)
        case Found(opened=opened):
            # The files stay the same object: whoever draws them need not begin anew.
            whole = replace(opened, files=session.opened.files)
            return replace(session, opened=whole) if opened.change.head == session.opened.change.head else session
        case _:
            return _say(session, _added(session, action))


def _added(session: ReviewSession, action: Saying) -> Said:
    said = session.said
    match action:
        case Accept(unit=unit):
            return _mark(session, unit, Mark(accepted=True))
        case Refuse(unit=unit, reason=reason):
            return _mark(session, unit, Mark(accepted=False, reason=worded(reason, "a refused hunk needs a reason")))
        case Acknowledge(fingerprint=fingerprint, text=text):
            if all(finding.fingerprint != fingerprint for finding in session.opened.findings):
                return said
            answers = {**said.acknowledged, fingerprint: worded(text, "an acknowledgement needs a text")}
            return replace(said, acknowledged=answers)
        case AddComment(comment=comment, instead=instead):
            if comment.unit not in session.units:
                return said
            comment = replace(comment, text=worded(comment.text, "a comment needs a text"))
            if instead in said.comments:
                return replace(said, comments=tuple(comment if c == instead else c for c in said.comments))
            return replace(said, comments=(*said.comments, comment))
        case DropComment(comment=comment):
            return replace(said, comments=tuple(c for c in said.comments if c != comment))
        case Tick(units=units):
            units = units & session.units
            return replace(said, ticked=said.ticked - units if units <= said.ticked else said.ticked | units)


def worded(text: str, empty: str) -> str:
    """Trim a text that must say something; ReviewIncomplete, with `empty`, where it does not."""
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


def _mark(session: ReviewSession, unit: HunkId, mark: Mark) -> Said:
    if unit not in session.units:
        return session.said
    return replace(session.said, marks={**session.said.marks, unit: mark})


def _judged(session: ReviewSession, answer: OpenedChange) -> ReviewSession:
    opened = session.opened
    if answer.change.head != opened.change.head:
        return session
    judged = replace(opened, requirements=answer.requirements, verdict=answer.verdict, state=answer.state)
    return replace(session, opened=judged) if judged != opened else session


def _go_on(session: ReviewSession, newer: OpenedChange) -> ReviewSession:
    """Carry over what the newer head still contains."""
    return replace(resume(newer, kept(session)), earlier=session.earlier, moved_to=newer.change.head, delta_shown=True)


def kept(session: ReviewSession, place: Place | None = None) -> Kept:
    """What to keep of a session for the next sitting."""
    commented = {comment.unit for comment in session.said.comments}
    return Kept(
        viewed=session.viewed,
        said=session.said,
        origins=_origins(session.opened, commented),
        reasons=session.reasons,
        place=place,
    )


def resume(opened: OpenedChange, kept: Kept | None) -> ReviewSession:
    """Begin with what an earlier sitting left of units that are still there, byte for byte.

    Answers stay even where their finding is not there now: a finding may come back, or later.
    """
    if kept is None:
        return ReviewSession(opened=opened)
    units = frozenset(opened.units)
    said = kept.said
    viewed = kept.viewed & units
    return ReviewSession(
        opened=opened,
        viewed=viewed,
        earlier=viewed,
        said=Said(
            marks={unit: mark for unit, mark in said.marks.items() if unit in units},
            acknowledged=said.acknowledged,
            comments=_moved(kept, opened, units) if said.comments else (),
            ticked=said.ticked & units,
        ),
        reasons=kept.reasons,
        units=units,
    )


def _origins(opened: OpenedChange, units: Collection[HunkId]) -> dict[HunkId, tuple[int, int]]:
    """Unit -> the first line it changes on the old and on the new side, for some hunks."""
    out = {}
    for file in opened.files if units else ():
        for hunk in file.hunks:
            if hunk.id not in units:
                continue
            lead = next((index for index, line in enumerate(hunk.lines) if line.kind != " "), 0)
            out[hunk.id] = (hunk.old_start + lead, hunk.new_start + lead)
    return out


def _moved(kept: Kept, opened: OpenedChange, units: frozenset[HunkId]) -> tuple[Comment, ...]:
    """The comments of units that are still there, at the lines where these stand now."""
    first = {file.path: file.units[0] for file in opened.files}
    origins = _origins(opened, {comment.unit for comment in kept.said.comments})
    out = []
    for comment in kept.said.comments:
        if not comment.line:
            if comment.path in first:
                out.append(replace(comment, unit=first[comment.path]))
        elif comment.unit in units:
            index = 0 if comment.side is Side.OLD else 1
            now = origins.get(comment.unit, (0, 0))[index]
            by = now - kept.origins.get(comment.unit, origins.get(comment.unit, (0, 0)))[index]
            end = comment.end_line + by if comment.end_line else 0
            out.append(replace(comment, line=max(1, comment.line + by), end_line=end))
    return tuple(out)

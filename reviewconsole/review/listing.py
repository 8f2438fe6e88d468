"""From a judged case to a row of the queue."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reviewconsole.casefile import Claimed, QueueEntry
from reviewconsole.change import Change, Entry, Oid, short_ref
from reviewconsole.decision import DecisionKind, Verdict
from reviewconsole.errors import FormatError, PolicyError, RepositoryError, Undecidable
from reviewconsole.evidence import ProvenanceClass
from reviewconsole.finding import Family
from reviewconsole.gate import GateReport
from reviewconsole.git.repository import Repository
from reviewconsole.loading import changes
from reviewconsole.loading.arrived import Line, Listed, arrived
from reviewconsole.loading.case import Case, judge
from reviewconsole.loading.changes import Target
from reviewconsole.loading.detecting import prefetch
from reviewconsole.loading.landing import judge_landed, let_through
from reviewconsole.loading.passing import passing_content
from reviewconsole.loading.policies import in_force
from reviewconsole.loading.provenances import classes_of
from reviewconsole.loading.stacks import own_part, stands_on
from reviewconsole.loading.store import Store
from reviewconsole.policy import FOLDER

_TOP = 3
_PATHS = 500
_MOST_UNREAD = 5
_STEP = 32
"""Changes that are given to the scanner at a time, one such lot ahead of the row that is read."""
_LEAST_EVIDENT = ProvenanceClass.SUGGESTION


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What a row tells of the files of a change."""

    files: int
    added: int
    removed: int
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """One change with the gate's answer."""

    case: Case
    report: GateReport
    figures: Figures | None = None
    """Of the files, where the case is without them."""


def figures_of(case: Case) -> Figures:
    """What a row tells of the files of a change."""
    files = case.content.files if case.content is not None else ()
    return Figures(
        files=len(files),
        added=sum(file.added for file in files),
        removed=sum(file.removed for file in files),
        paths=tuple(file.path for file in files[:_PATHS]),
    )


_Key = tuple[Change, tuple[Target, ...], tuple[str, ...], bool, tuple[object, ...]]


class Rows:
    """Cases of the last queue without their files: a change is read and scanned again only when it is another.

    A case hangs on the change, on the targets' tips, on policy, signers and revocations in force, and on the notes
    about its commits, never on records: what the gate says is asked each time. What cannot be read is not kept.
    """

    def __init__(self) -> None:
        self._force: tuple[Store, tuple[str, ...]] | None = None
        self._kept: dict[_Key, tuple[Case, Figures]] = {}
        self._next: dict[_Key, tuple[Case, Figures]] = {}

    def of(self, store: Store, change: Change) -> tuple[Case, Figures] | None:
        """What is known of a change; None for one that is new."""
        key = self._key(store, change)
        found = self._kept.get(key)
        if found is not None:
            self._next[key] = found
        return found

    def row(self, store: Store, change: Change, read: Callable[[Change], Opened]) -> Opened:
        """One change with the gate's answer of now; read where it is new."""
        known = self.of(store, change)
        if known is not None:
            ask = judge_landed if change.landed else judge
            return Opened(known[0], ask(store, known[0], int(time.time())), known[1])
        opened = read(change)
        case = opened.case
        if case.content is not None and not case.policy_unreadable:
            slim = replace(case, content=replace(case.content, files=()), dropped_places=())
            self._next[self._key(store, change)] = (slim, figures_of(case))
        return opened

    def ahead(self, store: Store, found: Sequence[Change], index: int) -> None:
        """Start scanning what will be asked for soon after the change at an index.

        Of ten thousand changes not all at once: the first row would wait for that.
        """
        if index % _STEP == 0:
            some = found[index + _STEP if index else 0 : index + 2 * _STEP]
            prefetch(store, [each for each in some if self.of(store, each) is None])

    def _key(self, store: Store, change: Change) -> _Key:
        if self._force is None or self._force[0] is not store:
            self._force = store, tuple(_force_digests(store))
        oids = [commit.oid for commit in change.commits]
        noted = tuple((ref, *by.of(oids).items()) for ref, by in store.notes.items())
        return change, store.targets, self._force[1], store.repository.is_shallow, noted

    def turn(self) -> None:
        """Forget what the queue that was just listed did not hold."""
        self._kept, self._next = self._next, {}


def _force_digests(store: Store) -> Iterator[str]:
    for target in store.targets:
        try:
            yield in_force(store.repository, target.tip).sha256
        except (PolicyError, Undecidable, RepositoryError, FormatError):
            yield "-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """The changes that may have to be decided on."""

    changes: tuple[Change, ...]
    landed: Mapping[Oid, Oid] = field(default_factory=dict)
    """Head -> the commit of the target that brought its content."""
    below: Mapping[Oid, Change] = field(default_factory=dict)
    """Head -> the pending change it stands on."""


def listed(
    store: Store,
    lines: dict[str, Line],
    unread: dict[str, str],
    *,
    span: str | None,
    everything: bool,
    stacked: bool = False,
) -> Listing:
    """What may have to be decided on; `everything` keeps the rest too.

    `span` asks for the first-parent commits of a range instead, one change each. `unread` gets the refs that cannot
    be read, with the reason. `stacked` asks of a change on another one for its own part alone.
    """
    if span is not None:
        left, _, right = span.partition("..")
        bounds = [store.repository.resolve(name or "HEAD")[1] for name in (left, right)]
        return Listing(changes=changes.landed(store.repository, store.targets[0], bounds[0], bounds[1]))
    found = changes.pending(store.repository, store.targets, unread)
    below = stands_on(found)
    parts = {change.head: own_part(change, below[change.head]) for change in found if change.head in below}
    began = [replace(parts[change.head], base=change.base) for change in found if change.head in parts]
    entries = _entries(store.repository, (*found, *began))
    landed = _arrived(store, (*found, *began), lines, entries)
    if stacked:
        found = tuple(parts.get(change.head, change) for change in found)
    if not everything:
        found = evident(store, tuple(change for change in found if change.head not in landed), entries)
    return Listing(changes=(*found, *let_through(store)), landed=landed, below=below)


def evident(store: Store, found: tuple[Change, ...], entries: Listed) -> tuple[Change, ...]:
    """Leave out, before any content is read, what neither evidence nor policy brings into the queue."""
    policy = store.policy
    if policy is not None and (policy.scope == "all" or policy.assume_ai):
        return found
    listed_of = {change.head: entries.get((change.base_tree, change.head_tree)) for change in found}
    paths = {head: tuple(entry.path for entry in rows or ()) for head, rows in listed_of.items()}
    kinds = classes_of(store, [(change, paths[change.head]) for change in found])
    return tuple(
        change
        for change, kind in zip(found, kinds, strict=True)
        if kind.rank >= _LEAST_EVIDENT.rank
        or listed_of[change.head] is None
        or any(path.lower().startswith(FOLDER) for path in paths[change.head])
    )


def _entries(repository: Repository, found: Sequence[Change]) -> Listed:
    """The changed paths between the trees of each change; one that cannot be read costs the others time only."""
    pairs = list(dict.fromkeys((change.base_tree, change.head_tree) for change in found))
    try:
        return dict(zip(pairs, repository.entries_of(pairs), strict=True))
    except RepositoryError:
        return {pair: _own_entries(repository, *pair) for pair in pairs}


def _own_entries(repository: Repository, old_tree: Oid, new_tree: Oid) -> tuple[Entry, ...] | None:
    try:
        return repository.entries(old_tree, new_tree)
    except RepositoryError:
        return None


def _arrived(store: Store, found: tuple[Change, ...], lines: dict[str, Line], entries: Listed) -> Mapping[Oid, Oid]:
    try:
        return arrived(store, found, lines, entries)
    except RepositoryError:
        return {}


def entry_of(
    opened: Opened, listing: Listing, claims: tuple[Claimed, ...] = (), own: str = ""
) -> tuple[QueueEntry, bool]:
    """A row of the queue, and whether it waits for somebody; `own` is who asks."""
    case, report = opened.case, opened.report
    landed, below = listing.landed.get(case.change.head), listing.below.get(case.change.head)
    figures = opened.figures or figures_of(case)
    live = [finding for finding in case.findings if not finding.suppressed]
    state = "landed" if landed else state_of(report)
    arrival = (f"its content is on {short_ref(case.change.target)} already, as {landed[:12]}",) if landed else ()
    evident = case.provenance.provenance.rank >= _LEAST_EVIDENT.rank
    wanted = report.in_scope and (case.force is not None or evident)
    entry = QueueEntry(
        change=case.change,
        provenance=case.provenance,
        risk=case.risk,
        counts={family: sum(f.family is family for f in live) for family in Family},
        files=figures.files,
        added=figures.added,
        removed=figures.removed,
        state=state,
        top=tuple(live[:_TOP]),
        notes=(*arrival, *([report.emergency] if report.emergency else ()), *case.notes),
        paths=figures.paths,
        emergency=report.emergency,
        claims=claims,
        below=below.ref if below is not None else "",
        unreadable=case.unread,
        verdict=report.verdict,
        doubts=_doubts(case, report),
        unmet=tuple(item for item in report.requirements if item.verdict is not Verdict.SATISFIED),
        own=own,
    )
    return entry, (wanted or evident) and state not in ("approved", "rejected", "landed")


def _doubts(case: Case, report: GateReport) -> tuple[str, ...]:
    if report.verdict is not Verdict.UNDECIDABLE or (case.force is None and not case.policy_unreadable):
        return ()
    unsure = (item.why for item in report.requirements if item.verdict is Verdict.UNDECIDABLE)
    return tuple(unsure) or report.why


def state_of(report: GateReport) -> str:
    """Sum the gate's answer up in the queue's one word."""
    approve = [j for j in report.records if j.record.attestation.decision is DecisionKind.APPROVE and j.live]
    if any(item.is_reject for item in report.requirements):
        return "rejected"
    if report.in_scope and report.verdict is Verdict.SATISFIED:
        return "pending" if report.emergency else "approved"
    if any(judged.stale for judged in approve):
        return "stale"
    if any(i.is_boundary and i.verdict is Verdict.VIOLATED for i in report.requirements):
        return "blocked"
    return "pending"


def noticed(repository: Repository, opened: Opened) -> Opened:
    """With a note on what the commits of a change hold and its content does not."""
    case = opened.case
    files = case.content.files if case.content is not None else ()
    notes = passing_content(repository, case.change, [file.entry for file in files])
    return replace(opened, case=replace(case, notes=(*case.notes, *notes)))


def unread_notices(unread: Mapping[str, str]) -> tuple[str, ...]:
    """What to say of refs (ref -> why) that could not be read, the first few by name."""
    told = [f"{ref} cannot be read: {why}" for ref, why in sorted(unread.items())]
    more = [f"{len(told) - _MOST_UNREAD} more refs cannot be read"] if len(told) > _MOST_UNREAD else []
    return (*told[:_MOST_UNREAD], *more)

"""One repository opened by one person: what the console and the verbs work with."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from reviewconsole import detection
from reviewconsole.casefile import (
    OpenedChange,
    QueueEntry,
    Recorded,
    RecordRow,
    Rereview,
    Sheet,
    urgency,
)
from reviewconsole.change import Change, Oid
from reviewconsole.config import Config, load_config
from reviewconsole.decision import Draft, Verdict
from reviewconsole.diff import FileDiff
from reviewconsole.errors import (
    MissingObject,
    PolicyError,
    RepositoryError,
    ReviewConsoleError,
    ReviewIncomplete,
    Undecidable,
)
from reviewconsole.facts import JudgedRecord, VerifiedStatement
from reviewconsole.finding import Page
from reviewconsole.gate import GateReport
from reviewconsole.git.repository import Ref, Repository
from reviewconsole.loading import changes
from reviewconsole.loading.cache import Cache
from reviewconsole.loading.case import Case, judge, open_case
from reviewconsole.loading.content import load_trees
from reviewconsole.loading.detecting import known_packs
from reviewconsole.loading.landing import judge_landed
from reviewconsole.loading.opening import open_store, tip_policy
from reviewconsole.loading.own_rules import OwnRules, own_rules
from reviewconsole.loading.policies import policy_at, repository_id
from reviewconsole.loading.records import Logbook
from reviewconsole.loading.rereview import since_decision
from reviewconsole.loading.scanning import Scanner
from reviewconsole.loading.store import Store
from reviewconsole.policy import Policy
from reviewconsole.review import deciding, keys
from reviewconsole.review.claiming import Claiming
from reviewconsole.review.exchanging import Exchanging
from reviewconsole.review.journaling import Log, OpenLog, device_id, mend_logs
from reviewconsole.review.listing import Opened, Rows, entry_of, listed, noticed, state_of, unread_notices
from reviewconsole.review.personal import Personal
from reviewconsole.review.rows import newest, row, statement_row, titled
from reviewconsole.review.watching import Watched
from reviewconsole.signing.select import Ask
from reviewconsole.signing.signer import Signer
from reviewconsole.sshkey import key8

Told = Callable[[OpenedChange | None], object]
_MANY = 8
"""Changes from which processes are worth starting."""


def _whole_store(
    repository: Repository, config: Config, wanted: str | None, book: Logbook
) -> tuple[Store, tuple[Ref, ...]]:
    """Open the store; where objects of notes are gone, after one's own logs were mended from the journal.

    Gives all refs it was read from, too.
    """
    try:
        with repository.held() as refs:
            return open_store(repository, config.patterns, wanted, book=book), refs
    except MissingObject:
        policy = tip_policy(repository, wanted)
        if policy is None:
            raise
        tip = changes.find_targets(repository, policy, wanted)[0].tip
        mend_logs(repository, config.state_dir, repository_id(repository, policy.repository, tip))
    with repository.held() as refs:
        return open_store(repository, config.patterns, wanted, book=book), refs


def _policy_at(repository: Repository, tip: Oid) -> tuple[Policy | None, str]:
    """The policy that is enforced, or what to say where there is none."""
    try:
        return policy_at(repository, tip)[0], ""
    except PolicyError as error:
        return (
            None,
            f"the policy on the target is not readable, so nothing can pass: {error}; see `reviewconsole doctor`",
        )
    except (Undecidable, RepositoryError):
        return None, "no policy on the target: nothing is enforced; run `reviewconsole init`"


class Workspace(Personal, Watched, Claiming, Exchanging):
    """A repository, the person's settings and everything read so far.

    Methods may be called from any thread, one at a time, `publish` beside them. Signing asks `ask` for a passphrase.
    """

    def __init__(self, repository: Repository, config: Config, environ: Mapping[str, str], target: str | None) -> None:
        super().__init__(config, environ, repository.git_dir)
        self._repository = repository
        self.config = config
        self._environ = environ
        self._wanted = target
        self._opened: dict[tuple[str, Oid | None, Oid], Opened] = {}
        self._signer: Signer | None = None
        self._own = own_rules(config, environ, self.root)
        cache = Cache(config.cache_dir / "v1")
        self._scanner = Scanner(repository, cache, own_digest=self._own.packs.digest)
        self._book = Logbook()
        self._rows = Rows()
        self._store = self._read()
        self._asked = False
        """Whether anything was listed or opened: until then, what was read at the start is new enough."""
        policy, fault = _policy_at(repository, self._store.targets[0].tip)
        self.target = self._store.targets[0].ref
        self.repository_name = policy.repository if policy is not None else repository.git_dir.parent.name
        broken = (f"{log}: {why}" for log, why in sorted(self._store.records.broken.items()))
        self.notices = self._standing = (*([fault] if policy is None else ()), *broken)

    @classmethod
    def open(cls, path: Path, environ: Mapping[str, str], target: str | None = None) -> "Workspace":
        """Open the repository that holds `path`; RepositoryError when there is none."""
        return cls(Repository.open(path, environ), load_config(environ), environ, target)

    @property
    def identity(self) -> str:
        """The repository's id, as records state it; without a policy, that of a nameless repository."""
        policy = self._store.policy
        name = policy.repository if policy is not None else ""
        return repository_id(self._repository, name, self._store.targets[0].tip)

    @property
    def store(self) -> Store:
        """What was read of the repository."""
        return self._store

    def reload(self) -> None:
        """Read refs and records again."""
        self._stale = False
        self._store = self._read()

    def _read(self) -> Store:
        store, self._read_at = _whole_store(self._repository, self.config, self._wanted, self._book)
        return replace(store, own=self._own, scanner=self._scanner)

    def in_background(self) -> None:
        """Scan in processes from now on, so that an interface is not held up; `close` ends them."""
        self._scanner.in_background()

    def close(self) -> None:
        """End what works in the background; it begins again when it is needed."""
        self._scanner.close()
        self._repository.close()

    def queue(
        self,
        *,
        everything: bool = False,
        span: str | None = None,
        stacked: bool = False,
        progress: Callable[[int, int], None] | None = None,
        seen: Callable[[QueueEntry], None] | None = None,
    ) -> tuple[QueueEntry, ...]:
        """List what waits for a decision, worst first; `everything` adds the decided and the rest."""
        if self._asked or self._stale:
            self.reload()
        self._asked = True
        store = self._store
        unread: dict[str, str] = {}
        self.remember_refs(self._read_at)
        with self._repository.held(self._read_at):
            listing = listed(store, self.lines, unread, span=span, everything=everything, stacked=stacked)
        self.notices = (*self._standing, *unread_notices(unread))
        entries, found = [], listing.changes
        claims, own = self.claims_of(found), self.own_name() or ""
        try:
            for index, change in enumerate(found):
                if self._scanner.background or len(found) >= _MANY:
                    self._rows.ahead(store, found, index)
                if progress is not None:
                    progress(index, len(found))
                entry, shown = entry_of(self._rows.row(store, change, self._open), listing, claims[change.head], own)
                if everything or shown:
                    entries.append(entry)
                    if seen is not None:
                        seen(entry)
        finally:
            self._scanner.cancel() if self._scanner.background else self._scanner.close()
        self._rows.turn()
        return tuple(sorted(entries, key=urgency))

    def _open(self, change: Change, own: OwnRules | None = None, told: Told | None = None) -> Opened:
        self._asked = True
        case = open_case(replace(self._store, own=own or self._own), change, told=_teller(told))
        ask = judge_landed if change.landed else judge
        return Opened(case, ask(self._store, case, int(time.time())))

    def change(self, spec: str) -> Change:
        """Resolve a branch, ref, commit id, change id or range."""
        self._refresh()
        return changes.one(self._repository, self._store.targets, spec)

    def open_change(
        self, spec: str, reports: Sequence[tuple[str, bytes]] = (), told: Told | None = None
    ) -> OpenedChange:
        """Read one change whole, with findings, boundary and the gate's answer.

        `reports` are SARIF documents of other scanners, by name; FormatError for one that is none.
        `told` gets it before it is scanned and after each stage; None is a sign of life. It may raise.
        """
        own = replace(self._own, active=True, reports=tuple(reports))
        opened = noticed(self._repository, self._open(self.change(spec), own, told))
        self._opened[_key(opened.case.change)] = opened
        return _shown(opened)

    def moved(self, opened: OpenedChange) -> Oid | None:
        """The head that the change's ref has now, if it is another one. ReviewIncomplete when the ref is gone."""
        ref = opened.change.ref
        if not ref.startswith("refs/"):
            return None
        now = {found.name: found.oid for found in self._repository.refs(ref)}.get(ref)
        if now is None:
            raise ReviewIncomplete(f"{ref} is gone", remedy="fetch it again, or review the commit by its id")
        return None if now == opened.change.head else now

    def delta(self, opened: OpenedChange, newer: OpenedChange) -> tuple[FileDiff, ...]:
        """What differs between the content that was read and that of a newer head."""
        return load_trees(self._repository, opened.change.head_tree, newer.change.head_tree).files

    def since_decision(self, opened: OpenedChange) -> Rereview | None:
        """What changed since the latest decision on an earlier content, one's own first; None without one."""
        found = self._opened[_key(opened.change)]
        principal = None
        if found.case.force is not None:
            with suppress(ReviewConsoleError):
                signer = self._signer or keys.public_signer(self._repository, self.config)
                principal = deciding.principal_of(found.case.force, signer, self.config.principal)
        return since_decision(self._store, found.case, found.report, principal)

    def case_of(self, opened: OpenedChange) -> Case:
        """What was found out about a change that was opened here."""
        return self._opened[_key(opened.change)].case

    def signer(self, ask: Ask) -> Signer:
        """The reviewer's key, found once."""
        if self._signer is None:
            self._signer = keys.find_signer(self._repository, self.config, ask)
        return self._signer

    def sheet(self, opened: OpenedChange, draft: Draft) -> Sheet:
        """Show what would be signed; asks for no passphrase."""
        signer = self._signer or keys.public_signer(self._repository, self.config)
        return deciding.sheet(
            self._store,
            self.case_of(opened),
            draft,
            signer,
            wanted=self.config.principal,
            device=device_id(self.config.state_dir),
            now=int(time.time()),
        )

    def record(self, opened: OpenedChange, draft: Draft, ask: Ask) -> Recorded:
        """Sign and record; when it returns the decision is on disk.

        ReviewIncomplete where the ref has moved since the change was opened.
        """
        if self.moved(opened) is not None:
            raise ReviewIncomplete("the branch has moved since it was opened", remedy="open it again")
        self.reload()
        recorded = deciding.decide(
            self._store,
            self.case_of(opened),
            draft,
            self.signer(ask),
            wanted=self.config.principal,
            open_log=self._log,
            now=int(time.time()),
        )
        self.reload()
        return recorded

    def state(self, sign: Callable[[Store, Signer, OpenLog], Recorded], ask: Ask) -> Recorded:
        """Sign a waiver or task boundary and record it, like `record`."""
        self.reload()
        recorded = sign(self._store, self.signer(ask), self._log)
        self.reload()
        return recorded

    def _log(self, identity: str, principal: str, blob: bytes) -> Log:
        return Log(self._repository, self.config.state_dir, identity, principal, key8(blob))

    def records(self, opened: OpenedChange) -> tuple[RecordRow, ...]:
        """The records that speak about a change, newest first."""
        self._refresh()
        found = self._opened.get(_key(opened.change)) or self._open(opened.change)
        report = judge(self._store, found.case, int(time.time()))
        rows = [row(judged) for judged in report.records]
        rows += [statement_row(each.statement, each.why, valid=each.in_force) for each in report.statements]
        return titled(self._repository, newest(rows))

    def log(self) -> tuple[RecordRow, ...]:
        """Every record of the repository whose signature is good, newest first, then every problem."""
        self._refresh()
        rows = []
        for record in self._store.records.entries:
            broken = self._store.records.broken.get(record.log, "")
            why = broken or "signature and chain are good"
            if isinstance(record, VerifiedStatement):
                rows.append(statement_row(record, why, valid=not broken))
            else:
                rows.append(row(JudgedRecord(record=record, valid=not broken, why=why)))
        return titled(self._repository, newest(rows))

    def problems(self) -> tuple[str, ...]:
        """What does not verify, and where."""
        return tuple(
            f"{p.log}{' at ' + p.noted[:12] if p.noted else ''}: {p.why}" for p in self._store.records.problems
        )

    def page(self, rule: str) -> Page:
        """The page of a detection rule: built in, of a policy read so far, or of the person."""
        found = [pack.page for pack in (*known_packs(), *self._own.packs.packs) if pack.page.rule == rule]
        return found[0] if found else detection.page(rule)


def _key(change: Change) -> tuple[str, Oid | None, Oid]:
    return change.target, change.base, change.head


def _teller(told: Told | None) -> Callable[[Case | None], None] | None:
    if told is None:
        return None
    report = GateReport(verdict=Verdict.UNDECIDABLE, why=("the change is being scanned",))

    def tell(case: Case | None) -> None:
        told(None if case is None else _shown(Opened(case, report)))

    return tell


def _shown(opened: Opened) -> OpenedChange:
    case, report = opened.case, opened.report
    return OpenedChange(
        change=case.change,
        provenance=case.provenance,
        files=case.content.files if case.content is not None else (),
        findings=case.findings,
        boundary=case.boundary,
        risk=case.risk,
        digest=case.content.digest if case.content is not None else "",
        engine=case.facts.engine if case.facts is not None else "",
        requirements=report.requirements,
        verdict=report.verdict,
        participants=case.facts.participants if case.facts is not None else (),
        policy_commit=case.force.commit if case.force is not None else None,
        notes=(
            *((report.emergency,) if report.emergency else ()),
            *case.notes,
            *((case.policy_fault,) if case.policy_fault else ()),
        ),
        state=state_of(report),
        scanning=case.running,
        dropped=case.dropped,
        dropped_places=case.dropped_places,
        statements=tuple(each.row for each in report.statements),
    )

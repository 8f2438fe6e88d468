"""Let records travel: fetch everybody's logs, push one's own, say what happened."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from reviewconsole.casefile import SyncState
from reviewconsole.chain import REF_PREFIX
from reviewconsole.change import Oid
from reviewconsole.claim import CLAIM_PREFIX
from reviewconsole.errors import FormatError, RemoteError, RepositoryError, ReviewConsoleError
from reviewconsole.facts import PolicyInForce
from reviewconsole.git.repository import Repository
from reviewconsole.git.sync import FetchReport, Sync
from reviewconsole.git.waiting import leave
from reviewconsole.loading.changes import sync_remote
from reviewconsole.review.claiming import merge_claims
from reviewconsole.review.journaling import device_id, merge_notes
from reviewconsole.witness import WITNESS_PREFIX

__all__ = ["Exchange", "exchange", "known_state", "leave", "own_refs"]
_TRIES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """What one sync did."""

    state: SyncState
    fetched: tuple[str, ...] = ()
    pushed: tuple[str, ...] = ()


def own_refs(repository: Repository, state_dir: Path, prefix: str = REF_PREFIX) -> tuple[str, ...]:
    """The logs written on this device, or its claims."""
    suffix = "-" + device_id(state_dir)
    return tuple(ref.name for ref in repository.note_refs(prefix) if ref.name.endswith(suffix))


def known_state(repository: Repository, state_dir: Path, environ: Mapping[str, str]) -> SyncState:
    """Where one's own logs are, by what the remote held when it was asked last; it is not asked."""
    own = own_refs(repository, state_dir)
    if not own:
        return SyncState(state="nothing", pending=0)
    name = sync_remote(repository)
    seen = Sync(repository, state_dir, environ).last_seen(name) if name is not None else {}
    tips = {ref.name: ref.oid for ref in repository.note_refs(REF_PREFIX)}
    left = [ref for ref in own if seen.get(ref) != tips.get(ref)]
    return SyncState(state="recorded here" if left else "on the remote", pending=len(left))


def exchange(
    repository: Repository,
    state_dir: Path,
    environ: Mapping[str, str],
    *,
    force: PolicyInForce | None = None,
    remote: str | None = None,
    push: bool = True,
) -> Exchange:
    """Fetch, unite, push; a bounded number of times while others push too.

    `force` says whose claims are whose; without it none is taken over into one's own.
    Never raises for an unreachable or refusing remote: the answer says so, and everything stays
    recorded here.
    """
    own = own_refs(repository, state_dir)
    name = remote or sync_remote(repository)
    if name is None:
        why = "there is no remote to push to" if own else ""
        return Exchange(state=SyncState(state="recorded here" if own else "nothing", pending=len(own), why=why))
    fetched: set[str] = set()
    pushed: set[str] = set()
    alarms: dict[str, None] = {}
    why = ""
    try:
        sync = Sync(repository, state_dir, environ)
        for _ in range(_TRIES):
            own = own_refs(repository, state_dir)
            report = _fetch(sync, name, own)
            fetched.update(report.updated)
            alarms.update(
                dict.fromkeys(f"{ref} was rewound, replaced or deleted on {name}" for ref in report.rolled_back)
            )
            alarms.update(
                dict.fromkeys(f"{ref} could not be taken over: {said}" for ref, said in report.failed.items())
            )
            for ref, theirs in report.own_diverged.items():
                sync.union(ref, theirs, merge_notes)
            if not push or not own:
                break
            result = sync.push(name, own)
            pushed.update(result.pushed)
            why = "; ".join(f"{ref}: {reason}" for ref, reason in result.rejected.items())
            if not result.rejected:
                break
        pushed.update(_share_claims(sync, name, repository, state_dir, force, push=push))
        left = _unpublished(sync, name, repository, state_dir)
    except (RemoteError, RepositoryError) as error:
        failed = SyncState(state="failed", pending=len(own), why=_with_remedy(error), alarms=tuple(alarms))
        return Exchange(state=failed, fetched=tuple(sorted(fetched)), pushed=tuple(sorted(pushed)))
    unpublished, published = "failed" if push else "recorded here", "on the remote" if own else "nothing"
    state = unpublished if left else published
    return Exchange(
        state=SyncState(state=state, pending=len(left), why=why if left else "", alarms=tuple(alarms)),
        fetched=tuple(sorted(fetched)),
        pushed=tuple(sorted(pushed)),
    )


def _fetch(sync: Sync, remote: str, own: tuple[str, ...]) -> FetchReport:
    report = sync.fetch(remote, REF_PREFIX, own=frozenset(own))
    seen = sync.fetch(remote, WITNESS_PREFIX, own=frozenset())
    return replace(
        report,
        updated=(*report.updated, *seen.updated),
        rolled_back=(*report.rolled_back, *seen.rolled_back),
        failed={**report.failed, **seen.failed},
    )


def _share_claims(
    sync: Sync, remote: str, repository: Repository, state_dir: Path, force: PolicyInForce | None, *, push: bool
) -> tuple[str, ...]:
    """Exchange claims; no alarm is raised over them, since nothing depends on them. Gives what was pushed.

    What others did to one's own claims on the remote is undone: overwritten, dropped or replaced.
    """
    own = {ref: tip for ref, tip in _tips(repository, CLAIM_PREFIX).items() if ref.endswith("-" + device_id(state_dir))}
    report = sync.fetch(remote, CLAIM_PREFIX, own=frozenset(own))
    here = _tips(repository, CLAIM_PREFIX)
    moved = {ref: tip for ref, tip in own.items() if here.get(ref) != tip}
    for ref, other in (*moved.items(), *report.own_diverged.items()):
        with suppress(RepositoryError, FormatError):
            merge_claims(repository, force, ref, other, int(time.time()))
    return sync.push(remote, tuple(own)).pushed if push and own else ()


def _tips(repository: Repository, prefix: str) -> dict[str, Oid]:
    return {ref.name: ref.oid for ref in repository.note_refs(prefix)}


def _with_remedy(error: ReviewConsoleError) -> str:
    words = "; ".join(row.strip() for row in str(error).split("\n") if row.strip())
    return f"{words}; {error.remedy}" if error.remedy else words


def _unpublished(sync: Sync, remote: str, repository: Repository, state_dir: Path) -> tuple[str, ...]:
    """Own logs whose tip the remote does not hold."""
    theirs = sync.remote_tips(remote, REF_PREFIX)
    tips = _tips(repository, REF_PREFIX)
    return tuple(ref for ref in own_refs(repository, state_dir) if theirs.get(ref) != tips.get(ref))

"""Let records travel: fetch everybody's logs, push one's own, say what happened."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from reviewconsole.casefile import SyncState
from reviewconsole.chain import REF_PREFIX
from reviewconsole.claim import CLAIM_PREFIX
from reviewconsole.errors import RemoteError, RepositoryError, ReviewConsoleError
from reviewconsole.git.repository import Repository
from reviewconsole.git.sync import Sync
from reviewconsole.git.waiting import leave
from reviewconsole.loading.changes import sync_remote
from reviewconsole.review.claiming import merge_claims
from reviewconsole.review.journaling import device_id, merge_notes
from reviewconsole.witness import WITNESS_PREFIX

__all__ = ["Exchange", "exchange", "leave", "own_refs"]
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


def exchange(
    repository: Repository, state_dir: Path, environ: Mapping[str, str], *, remote: str | None = None, push: bool = True
) -> Exchange:
    """Fetch, unite, push; a bounded number of times while others push too.

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
            report = sync.fetch(name, REF_PREFIX, own=frozenset(own))
            seen = sync.fetch(name, WITNESS_PREFIX, own=frozenset())
            report = replace(
                report,
                updated=(*report.updated, *seen.updated),
                rolled_back=(*report.rolled_back, *seen.rolled_back),
                failed={**report.failed, **seen.failed},
            )
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
        pushed.update(_share_claims(sync, name, repository, state_dir, push=push))
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


def _share_claims(sync: Sync, remote: str, repository: Repository, state_dir: Path, *, push: bool) -> tuple[str, ...]:
    """Exchange claims; no alarm is raised over them, since nothing depends on them. Gives what was pushed."""
    own = own_refs(repository, state_dir, CLAIM_PREFIX)
    report = sync.fetch(remote, CLAIM_PREFIX, own=frozenset(own))
    for ref, theirs in report.own_diverged.items():
        sync.union(ref, theirs, merge_claims)
    return sync.push(remote, own).pushed if push and own else ()


def _with_remedy(error: ReviewConsoleError) -> str:
    words = "; ".join(row.strip() for row in str(error).split("\n") if row.strip())
    return f"{words}; {error.remedy}" if error.remedy else words


def _unpublished(sync: Sync, remote: str, repository: Repository, state_dir: Path) -> tuple[str, ...]:
    """Own logs whose tip the remote does not hold."""
    theirs = sync.remote_tips(remote, REF_PREFIX)
    tips = {ref.name: ref.oid for ref in repository.note_refs(REF_PREFIX)}
    return tuple(ref for ref in own_refs(repository, state_dir) if theirs.get(ref) != tips.get(ref))

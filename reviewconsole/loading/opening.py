"""Open a repository for judging: which policy names the targets, what is shared, where trust begins."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from reviewconsole import lazy_re as re
from reviewconsole.change import OBJECT_ID, Oid
from reviewconsole.errors import FormatError, PolicyError, RepositoryError, Undecidable, UsageError
from reviewconsole.facts import Records
from reviewconsole.git.repository import Repository
from reviewconsole.loading import changes
from reviewconsole.loading.policies import in_force, policy_at
from reviewconsole.loading.provenances import read_provenance_notes
from reviewconsole.loading.records import Logbook, read_records
from reviewconsole.loading.store import Store
from reviewconsole.policy import Policy
from reviewconsole.provenance.patterns import Patterns
from reviewconsole.standing import of_people

_WHOLE_ID = re.compile(OBJECT_ID)
_ABBREVIATED = re.compile(r"[0-9a-f]{4,39}")
_LOOKED_BACK = 100


def tip_policy(repository: Repository, wanted: str | None) -> Policy | None:
    """The policy that names the targets: that of a likely target's tip; None where there is none.

    Where the tip's cannot be read, the newest one before it that can: what is protected stays so.
    """
    found = readable_policy(repository, changes.find_targets(repository, None, wanted)[0].tip)
    return None if found is None else found[1]


def readable_policy(repository: Repository, tip: Oid) -> tuple[Oid, Policy] | None:
    """The newest commit of a first-parent line whose policy can be read, and it; None where there is no policy."""
    try:
        return tip, policy_at(repository, tip)[0]
    except Undecidable:
        return None
    except PolicyError:
        before = repository.first_parents(tip, [], most=_LOOKED_BACK)[1:]
    for commit in before:
        try:
            return commit, policy_at(repository, commit)[0]
        except PolicyError:
            continue
        except Undecidable:
            return None
    return None


def open_store(
    repository: Repository,
    patterns: Patterns,
    wanted: str | None = None,
    *,
    pushed: Mapping[str, Oid] = MappingProxyType({}),
    book: Logbook | None = None,
) -> Store:
    """Read what all changes of a repository share: targets, records, provenance notes.

    `pushed` gives notes refs the tips that a push brings; `book` holds what was read of logs before.
    """
    policy = tip_policy(repository, wanted)
    targets = changes.find_targets(repository, policy, wanted)
    return Store(
        repository=repository,
        policy=policy,
        targets=targets,
        records=whole_logs(repository, targets[0].tip, read_records(repository, pushed, book)),
        patterns=patterns,
        notes=read_provenance_notes(repository, pushed),
    )


def whole_logs(repository: Repository, tip: Oid, records: Records) -> Records:
    """Say of a log that it is broken only by the word of people in the signers in force, where these can be read."""
    try:
        return replace(records, broken=of_people(in_force(repository, tip), records).broken)
    except (PolicyError, Undecidable, RepositoryError, FormatError):
        return records


def introduction(repository: Repository, named: str | None) -> Oid | None:
    """The first policy commit that this verifier trusts: named here, or pinned in git's configuration."""
    pinned = named or repository.config_local("reviewconsole.introduction")
    if not pinned:
        return None
    if not _WHOLE_ID.fullmatch(pinned) and (named is None or _ABBREVIATED.fullmatch(named)):
        raise UsageError(
            f"the introduction {pinned!r} is no whole commit id, and a name could be made to mean another commit",
            remedy="git config reviewconsole.introduction $(git rev-parse COMMIT)",
        )
    return repository.resolve(pinned)[1]

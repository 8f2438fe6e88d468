"""Put together what constraints may look at, read from the repository on demand."""

from collections.abc import Callable

from reviewconsole import constraints
from reviewconsole.boundary import BoundaryResult
from reviewconsole.change import Change, Commit, Entry, Oid
from reviewconsole.constraints.facts import CommitSignature, Facts, Step, Undetermined
from reviewconsole.diff import FileDiff
from reviewconsole.errors import FormatError, RepositoryError, VerificationError
from reviewconsole.evidence import Provenance
from reviewconsole.git import notes
from reviewconsole.git.repository import Repository
from reviewconsole.loading.changes import HEADS
from reviewconsole.loading.commit_signatures import COMMIT_NAMESPACE, taken_apart
from reviewconsole.loading.content import load_trees
from reviewconsole.policy import Policy
from reviewconsole.provenance.patterns import Patterns
from reviewconsole.signing import sshsig


def boundary_facts(
    repository: Repository,
    change: Change,
    *,
    entries: tuple[Entry, ...],
    files: tuple[FileDiff, ...],
    provenance: Provenance,
    patterns: Patterns,
) -> Facts:
    """The facts of a change; what is read later is remembered, since several constraints may ask."""
    steps: list[tuple[Step, ...]] = []
    noted: dict[str, dict[Oid, bytes]] = {}

    def read_steps() -> tuple[Step, ...]:
        if not steps:
            steps.append(_steps(repository, change.commits))
        return steps[0]

    def read_note(ref: str, commit: Oid) -> bytes | None:
        if ref not in noted:
            if not any(found.name == ref for found in repository.note_refs(ref)):
                raise Undetermined(f"{ref} is not here: fetch it")
            noted[ref] = dict(notes.read_notes(repository, ref).notes)
        return noted[ref].get(commit)

    return Facts(
        entries=entries,
        files={file.path: file for file in files},
        commits=change.commits,
        target=change.target.removeprefix(HEADS),
        provenance=provenance,
        shallow=repository.is_shallow,
        head_file=lambda path: repository.file_at(change.head, path),
        note=read_note,
        steps=read_steps,
        signature=_signatures(repository),
        is_agent=lambda email: patterns.agent(email.strip().lower()) is not None,
    )


def _steps(repository: Repository, commits: tuple[Commit, ...]) -> tuple[Step, ...]:
    plain = [commit for commit in commits if len(commit.parents) <= 1]
    parents = {c.oid: c.tree for c in repository.read_commits({p for commit in plain for p in commit.parents})}
    found = []
    for commit in plain:
        before = parents[commit.parents[0]] if commit.parents else repository.empty_tree
        found.append(Step(commit=commit, files=load_trees(repository, before, commit.tree).files))
    return tuple(found)


def _signatures(repository: Repository) -> Callable[[Commit], CommitSignature]:
    def check(commit: Commit) -> CommitSignature:
        [(_, raw)] = repository.objects([commit.oid], "commit")
        message, armour = taken_apart(raw)
        if not armour:
            return CommitSignature(state="none")
        if not armour.startswith("-----BEGIN SSH SIGNATURE-----"):
            return CommitSignature(state="unknown")
        try:
            signature = sshsig.verify(message, armour, namespace=COMMIT_NAMESPACE)
        except (FormatError, VerificationError):
            return CommitSignature(state="bad")
        return CommitSignature(state="good", fingerprint=signature.fingerprint)

    return check


def evaluate_boundary(
    repository: Repository,
    policy: Policy,
    change: Change,
    *,
    files: tuple[FileDiff, ...],
    provenance: Provenance,
    patterns: Patterns,
) -> tuple[BoundaryResult, ...]:
    """Evaluate the boundary, on the entries alone where the content cannot be read."""
    try:
        entries = repository.entries(change.base_tree, change.head_tree)
        facts = boundary_facts(
            repository, change, entries=entries, files=files, provenance=provenance, patterns=patterns
        )
        return constraints.evaluate(policy, facts)
    except RepositoryError as error:
        return constraints.unreadable(policy, f"the change cannot be read: {error}")

"""Read the provenance notes, and judge the provenance of one change from its commits, its ref and them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from reviewconsole import provenance
from reviewconsole.change import Change, Evidence, Oid
from reviewconsole.evidence import Provenance, ProvenanceClass
from reviewconsole.git.lookup import NotesAt
from reviewconsole.git.repository import Repository
from reviewconsole.loading.store import Store


def read_provenance_notes(
    repository: Repository, pushed: Mapping[str, Oid] = MappingProxyType({})
) -> dict[str, NotesAt]:
    """Find the notes refs that provenance signals ask for; `pushed` gives refs the tips that a push brings."""
    tips = {ref.name: ref.oid for ref in repository.note_refs("refs/notes/")} | dict(pushed)
    wanted = [ref for ref in provenance.NOTES_REFS if ref in tips]
    return {ref: NotesAt(repository, tips[ref]) for ref in wanted}


def classes_of(store: Store, found: Sequence[tuple[Change, tuple[str, ...]]]) -> list[ProvenanceClass]:
    """Give the class of the provenance of many changes, each with its changed paths."""
    commits = {commit.oid for change, _ in found for commit in change.commits}
    notes = {ref: by.of(commits) for ref, by in store.notes.items()}
    evidences = [Evidence(change=change, paths=paths) for change, paths in found]
    return provenance.classes(evidences, notes, store.patterns)


def assess_provenance(store: Store, change: Change, paths: tuple[str, ...]) -> Provenance:
    """Judge the provenance of one change from its commits, its ref and the notes on them."""
    found = {ref: by.of(commit.oid for commit in change.commits) for ref, by in store.notes.items()}
    return provenance.assess(Evidence(change=change, paths=paths, notes=found), store.patterns)

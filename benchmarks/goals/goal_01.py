"""Goal 1: list commits with provenance and decision state, against `git log` with the same fields and notes."""

from collections.abc import Iterator
from functools import partial

from benchmarks.goals.core import Row, Setting, compare, cpu, git
from benchmarks.stores import ENVIRON
from reviewconsole import provenance
from reviewconsole.chain import REF_PREFIX
from reviewconsole.change import Change, Evidence
from reviewconsole.config import builtin_patterns
from reviewconsole.git import notes
from reviewconsole.git.repository import Repository
from reviewconsole.loading.records import Logbook, read_records

_MOST = 10_000


def rows(setting: Setting) -> Iterator[Row]:
    """The first look, where every signature is checked, and a look when the logs are known."""
    count = min(_MOST, max(setting.records))
    store = setting.store(count)
    shown = [f"--notes={ref}" for ref in notes.note_refs(Repository.open(store.git_dir, ENVIRON), REF_PREFIX)]
    fields = "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x00%N"

    def floor() -> None:
        if len(git(store.git_dir, "log", f"-{count}", "-z", fields, *shown, "main")) < count * 1000:
            raise SystemExit("git log told too little")

    def look(known: Logbook | None) -> None:
        book = known or Logbook()
        repository = Repository.open(store.git_dir, ENVIRON)
        patterns = builtin_patterns()
        states = {
            att.head: att.decision for att in (r.attestation for r in read_records(repository, book=book).verified)
        }
        oids = repository.first_parents(repository.resolve("main")[1], [], most=count)
        found = 0
        for commit in repository.read_commits(oids):
            change = Change(
                ref=commit.oid, target="refs/heads/main", base=commit.parents[0], head=commit.oid,
                base_tree=commit.tree, head_tree=commit.tree, merge_bases=commit.parents[:1], commits=(commit,),
            )  # fmt: skip
            evidence = Evidence(change=change, paths=(), notes={})
            found += provenance.assess(evidence, patterns).provenance.rank > 0 and commit.oid in states
        if found != count:
            raise SystemExit(f"{found} of {count} commits have provenance and a decision")

    for what, book in (("list, every signature checked", None), ("list again, logs known", Logbook())):
        ratios, seconds = compare(floor, partial(look, book), setting.rounds, cpu)
        yield Row(goal=1, what=what, on=f"{count} commits and records", bound=1.5, ratios=ratios, seconds=seconds)

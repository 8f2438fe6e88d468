"""Goal 6: read all notes, and look up the notes of 100 commits, against git's own commands."""

from collections.abc import Iterator

from benchmarks.goals.core import Row, Setting, compare, cpu, git
from benchmarks.stores import ENVIRON
from reviewconsole.chain import REF_PREFIX
from reviewconsole.change import Oid
from reviewconsole.git import notes
from reviewconsole.git.lookup import NotesAt
from reviewconsole.git.repository import Repository

_LOOKED_UP = 100


def rows(setting: Setting) -> Iterator[Row]:
    """Every tree and note hashed again; what git prints is read, not looked at."""
    for count in setting.records:
        yield from _rows(setting, count)


def _rows(setting: Setting, count: int) -> Iterator[Row]:
    folder = setting.store(count).git_dir
    refs = notes.note_refs(Repository.open(folder, ENVIRON), REF_PREFIX)
    heads = git(folder, "rev-list", f"-{_LOOKED_UP}", "main")
    shown = [f"--notes={ref}" for ref in refs]

    def floor() -> None:
        for ref in refs:
            listed = git(folder, "notes", "--ref", ref, "list").split(b"\n")
            git(folder, "cat-file", "--batch", feed=b"".join(row[:40] + b"\n" for row in listed if row))

    def work() -> None:
        repository = Repository.open(folder, ENVIRON)
        if sum(len(read.notes) for _, read in notes.read_logs(repository, REF_PREFIX, {})) != count:
            raise SystemExit("not every note was read")

    def shown_by_git() -> None:
        if git(folder, "log", "--no-walk", "--stdin", *shown, feed=heads).count(b"\nNotes (") != _LOOKED_UP:
            raise SystemExit("not every note was shown")

    def looked_up() -> None:
        repository = Repository.open(folder, ENVIRON)
        wanted = [Oid(oid) for oid in heads.decode().split()]
        tips = notes.log_tips(repository, REF_PREFIX, {})[0]
        if sum(len(NotesAt(repository, tip).of(wanted)) for tip in tips.values()) != _LOOKED_UP:
            raise SystemExit("not every note was found")

    for what, base, ours, bound in (
        ("all notes, CPU, against `notes list` and `cat-file`", floor, work, 1.3),
        (f"{_LOOKED_UP} look-ups, CPU, against `git log --no-walk --notes`", shown_by_git, looked_up, 2.0),
    ):
        ratios, seconds = compare(base, ours, setting.rounds, cpu)
        yield Row(goal=6, what=what, on=f"{count} records", bound=bound, ratios=ratios, seconds=seconds)

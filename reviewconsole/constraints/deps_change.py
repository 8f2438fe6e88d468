"""`deps.change`: dependencies that come, go or jump.

Keys: `forbid` (of add, remove, major, lock-only, install-script; default all), `allow` (patterns of
package names that may), `paths` (default all). `lock-only` is a lock file that changes without its manifest,
`install-script` a package.json script that runs on installing. Read are package.json, composer.json,
requirements files, pyproject.toml, Pipfile, Cargo.toml, go.mod and Gemfile; other manifests are
undecidable.
"""

from collections.abc import Callable, Iterator

from reviewconsole.boundary import Witness
from reviewconsole.change import Entry
from reviewconsole.constraints.facts import Answer, Facts, Tally, Undetermined, entry_witness, sides, text_witness
from reviewconsole.constraints.reading.manifests import LOCKS, Manifest, kind_of, major, manifest
from reviewconsole.finding import Side
from reviewconsole.globs import Globs
from reviewconsole.mapping import Table

FORBIDDEN = ("add", "remove", "major", "lock-only", "install-script")


def _differences(entry: Entry, old: Manifest, new: Manifest) -> Iterator[tuple[str, str, str, Witness]]:
    """Key, package, words and place of everything that changes between two sides."""
    for name in sorted(old.packages.keys() | new.packages.keys()):
        was, now = old.packages.get(name), new.packages.get(name)
        if now is None and was is not None:
            yield "remove", name, "goes", text_witness(entry.path, Side.OLD, f"{name} {was[0]}", was[1])
        elif now is not None and was is None:
            yield "add", name, f"is new ({now[0]})", text_witness(entry.path, Side.NEW, f"{name} {now[0]}", now[1])
        elif now is not None and was is not None and major(was[0]) != major(now[0]):
            witness = text_witness(entry.path, Side.NEW, f"{name} {now[0]}", now[1])
            yield "major", name, f"jumps from {was[0] or 'any'} to {now[0] or 'any'}", witness
    for name, (command, line) in new.hooks.items():
        if old.hooks.get(name, ("", 0))[0] != command:
            yield "install-script", name, "runs on installing", text_witness(entry.path, Side.NEW, command, line)


def _lock_alone(facts: Facts, entry: Entry) -> bool:
    """Whether no manifest in its folder or below, as workspaces have them, changes with a lock file."""
    folder, slash, name = entry.path.rpartition("/")
    changed = [other.path for other in facts.whole or facts.entries if other.path.startswith(folder + slash)]
    return entry.status != "D" and not any(path.rpartition("/")[2] in LOCKS[name] for path in changed)


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read what is forbidden and what is allowed."""
    forbidden = set(table.texts("forbid", FORBIDDEN, choices=FORBIDDEN))
    allowed = Globs(table.texts("allow", ()), place=f"{table.place}.allow")
    paths = Globs(table.texts("paths", ("**",)), place=f"{table.place}.paths")

    def evaluate(facts: Facts) -> Answer:
        tally = Tally()
        for entry, file in facts.matching(paths):
            kind = kind_of(entry.path)
            if not kind:
                continue
            tally.looked = True
            if kind == "lock":
                if "lock-only" in forbidden and _lock_alone(facts, entry):
                    tally.broken(f"{entry.path} changes without its manifest", entry_witness(entry))
                continue
            if kind == "unread":
                tally.unclear(f"{entry.path} is a manifest of a kind that is not read", entry_witness(entry))
                continue
            try:
                old, new = (Manifest() if text is None else manifest(entry.path, text) for text in sides(entry, file))
            except Undetermined as error:
                tally.unclear(f"{entry.path} {error.message}", entry_witness(entry))
                continue
            for key, name, words, witness in _differences(entry, old, new):
                if key in forbidden and not allowed.matches(name):
                    tally.broken(f"{entry.path}:{witness.lines[0]} {name} {words}", witness)
        return tally.answer("no dependency comes, goes or jumps", "no manifest is changed")

    return evaluate

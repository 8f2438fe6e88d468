"""Pair the files that a change renames, so that only what it edits in them counts as changed.

A deleted and an added file are one file when at least half of their lines agree, as git decides it.
A file whose new place gives it another meaning stays an added one: out of tests into production, into
the folder of migrations or workflows, into another root of Terraform.
"""

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reviewconsole import lazy_re as re
from reviewconsole.detection.destroying import EPHEMERAL, PRODUCTION
from reviewconsole.detection.migrations import is_migration
from reviewconsole.detection.source import Source, is_fixture, is_nonproduction, is_test

ALIKE = 0.5
"""Part of the lines of the longer side that must agree; git's own default."""
_CANDIDATES = 200
"""Files on either side that are compared by their lines; identical ones are always found."""
_LONGEST = 5_000
"""Lines of a file up to which a renamed and edited one is compared."""
_DECIDES = re.compile(
    r"(^|/)(CODEOWNERS$|(AGENTS|CLAUDE|GEMINI)\.md$|\.cursor|\.claude/|\.husky/|\.githooks/|\.reviewconsole/"
    r"|\.pre-commit|\.git(attributes|modules|ignore)$|copilot-instructions)"
)
"""What counts by its very place."""
_WORKFLOW = re.compile(r"(^|/)\.github/workflows/[^/]+$")


def paired(sources: Sequence[Source]) -> tuple[Source, ...]:
    """Put one source with both sides in the place of each renamed pair; the others are given as they are."""
    gone = [source for source in sources if not source.has_new and len(source.old) > 1]
    came = [source for source in sources if not source.has_old and len(source.new) > 1]
    if not gone or not came:
        return tuple(sources)
    made: dict[int, Source] = {}
    used: set[int] = set()
    for old, new in _pairs(gone, came):
        if id(old) not in used and id(new) not in made:
            used.add(id(old))
            made[id(new)] = _one(old, new)
    left = [source for source in gone if id(source) not in used]
    for new in came:
        twin = next((old for old in left if id(new) not in made and old.old == new.new and _same_place(old, new)), None)
        if twin is not None:
            # Another root of Terraform: what it holds is made anew there, and no row of it is a new danger.
            made[id(new)] = replace(new, old_path=twin.path)
    return tuple(made.get(id(source), source) for source in sources if id(source) not in used)


def _pairs(gone: Sequence[Source], came: Sequence[Source]) -> Iterator[tuple[Source, Source]]:
    """Identical ones first, of these the ones of the same name; then by how much agrees."""
    scored: list[tuple[float, bool, int, int]] = []
    bodies = {id(source): Counter(source.old) for source in gone[:_CANDIDATES]}
    bodies |= {id(source): Counter(source.new) for source in came[:_CANDIDATES]}
    for at, old in enumerate(gone):
        for there, new in enumerate(came):
            if not _same_meaning(old, new):
                continue
            score = 1.0 if old.old == new.new else _alike(old, new, bodies)
            if score >= ALIKE:
                named = old.path.rsplit("/", 1)[-1] == new.path.rsplit("/", 1)[-1]
                scored.append((score, named, at, there))
    for _, _, at, there in sorted(scored, key=lambda each: (-each[0], not each[1], each[2], each[3])):
        yield gone[at], came[there]


def _alike(old: Source, new: Source, bodies: dict[int, Counter[str]]) -> float:
    one, other = bodies.get(id(old)), bodies.get(id(new))
    longer = max(len(old.old), len(new.new))
    if one is None or other is None or longer > _LONGEST or 2 * min(len(old.old), len(new.new)) < longer:
        return 0.0
    return (one & other).total() / longer


def _same_place(old: Source, new: Source) -> bool:
    tells = (is_nonproduction, is_test, is_fixture, EPHEMERAL.search, PRODUCTION.search)
    return old.kind == new.kind == "terraform" and all(bool(tell(old.path)) == bool(tell(new.path)) for tell in tells)


def _same_meaning(old: Source, new: Source) -> bool:
    """Tell whether the file does at its new place what it did at its old one."""
    if old.kind != new.kind or _DECIDES.search(old.path) or _DECIDES.search(new.path):
        return False
    if old.kind == "terraform" and old.path.rpartition("/")[0] != new.path.rpartition("/")[0]:
        return False
    for tells in (is_nonproduction, is_test, is_fixture, EPHEMERAL.search, PRODUCTION.search, _WORKFLOW.search):
        if bool(tells(old.path)) != bool(tells(new.path)):
            return False
    return not (is_migration(old) or is_migration(new))


def _one(old: Source, new: Source) -> Source:
    removed: set[int] = set()
    added: set[int] = set()
    if old.old != new.new:
        matcher = difflib.SequenceMatcher(None, old.old, new.new, autojunk=False)
        for tag, first, last, begin, end in matcher.get_opcodes():
            if tag != "equal":
                removed.update(range(first + 1, last + 1))
                added.update(range(begin + 1, end + 1))
    return replace(
        new, old=old.old, has_old=True, removed=frozenset(removed), added=frozenset(added), old_path=old.path, memo={}
    )

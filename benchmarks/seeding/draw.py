"""Apply every operator to real files: which file, which place and which shape is a matter of the seed."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.changes import Sides
from benchmarks.repositories import Listed, files, git_dir, texts
from benchmarks.seeding.edits import insert
from benchmarks.seeding.model import Case, Draw, Material, Operator, Twin, is_test_path

_FILES_OF_A_KIND = 1200
"""Files of one suffix that are read from one repository."""
_OF_A_REPOSITORY = 5
"""Cases of one operator from one repository, so that no house style decides."""
_COMMENTS = {
    **dict.fromkeys(("py", "sh", "yml", "yaml", "tf", "toml"), "#"),
    **dict.fromkeys(("go", "java", "ts", "tsx", "js", "jsx"), "//"),
    "sql": "--",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Library:
    """Every file that may be edited, and what else stands in its tree."""

    materials: tuple[Material, ...]
    trees: Mapping[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Seeded:
    """One case with where it comes from; what is sent to a worker."""

    operator: str
    material: Material
    case: Case
    twins: tuple[Twin, ...]


def read_library(folder: Path, repositories: Sequence[Listed], seed: int) -> Library:
    """Read the files of the repositories that are there."""
    materials: list[Material] = []
    trees: dict[str, frozenset[str]] = {}
    for listed in repositories:
        place = git_dir(folder, listed.name)
        if place is None:
            continue
        paths, blobs = files(place, listed.commit)
        trees[listed.name] = paths
        rng = random.Random(f"{seed} {listed.name}")
        by_suffix: dict[str, list[int]] = {}
        for at, blob in enumerate(blobs):
            by_suffix.setdefault(blob.path.rsplit(".", 1)[-1], []).append(at)
        chosen = sorted(at for of in by_suffix.values() for at in rng.sample(of, min(len(of), _FILES_OF_A_KIND)))
        for blob, text in texts(place, tuple(blobs[at] for at in chosen)):
            if text.strip():
                materials.append(Material(listed.name, listed.half, blob.path, text))
    return Library(materials=tuple(materials), trees=trees)


def seeded(operator: Operator, library: Library, *, seed: int, cases: int, twins: int) -> Iterator[Seeded]:
    """Give at most so many cases of an operator from each half."""
    rng = random.Random(f"{seed} {operator.name}")
    fit = [m for m in library.materials if operator.files.search(m.path) and is_test_path(m.path) == operator.tests]
    fit = [m for m in fit if operator.needs.search(m.text)]
    rng.shuffle(fit)
    given: Counter[str] = Counter()
    draws = {half: Draw(rng) for half in ("open", "held-out")}
    for material in fit:
        if given[material.half] >= cases or given[material.repository] >= _OF_A_REPOSITORY:
            continue
        draw = draws[material.half]
        for case in operator.run(material, draw):
            if all(sides.old == sides.new for sides in case.change):
                continue
            given[material.half] += 1
            given[material.repository] += 1
            draw.turn += 1
            every = [*case.twins, *common_twins(operator, case)]
            every = [twin for twin in every if any(sides.old != sides.new for sides in twin.change)]
            first = (draw.turn * twins) % max(1, len(every))
            some = (every[first:] + every[:first])[:twins]
            yield Seeded(operator=operator.name, material=material, case=case, twins=tuple(some))
            if given[material.half] >= cases or given[material.repository] >= _OF_A_REPOSITORY:
                break


def common_twins(operator: Operator, case: Case) -> list[Twin]:
    """Twins that every operator has: the edit backwards, the danger that stood there before, a test's path."""
    found = []
    if not operator.tests:
        found.append(Twin("test path", _under_tests(case.change), _under_tests(case.baseline)))
    only = case.change[0]
    if len(case.change) > 1 or only.old is None or only.new is None:
        return found
    if operator.reverse:
        found.append(Twin("reversed", (Sides(only.path, only.new, only.old),)))
    mark = _COMMENTS.get(only.path.rsplit(".", 1)[-1])
    if operator.standing and mark:
        at = 2 if only.new.startswith(("#!", "---", "package ")) else 1
        found.append(
            Twin("stood there before", (Sides(only.path, only.new, insert(only.new, at, [f"{mark} owner: platform"])),))
        )
    return found


def _under_tests(change: Sequence[Sides]) -> tuple[Sides, ...]:
    return tuple(Sides(f"tests/fixtures/{sides.path}", sides.old, sides.new) for sides in change)

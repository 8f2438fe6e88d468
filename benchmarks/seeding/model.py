"""Operators, the changes they make, and the harmless twins of those changes."""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from benchmarks.changes import Sides
from reviewconsole.finding import Severity

T = TypeVar("T")
C, H, M, L = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW


@dataclass(frozen=True, slots=True)
class Material:
    """A real file."""

    repository: str
    half: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Twin:
    """A change that looks like the dangerous one and is not; `kind` says in which way."""

    kind: str
    change: tuple[Sides, ...]
    baseline: tuple[Sides, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One dangerous change."""

    shape: str
    """How it is written: multi-line, aliased import, keyword argument."""
    change: tuple[Sides, ...]
    baseline: tuple[Sides, ...] = ()
    """The change without the mutation, where the file is new anyway; what is found there is no hit."""
    mutated: tuple[Sides, ...] = ()
    """What the mutation alone does: its hunks are where a finding must be. Empty: the change itself."""
    anywhere: bool = False
    """Whether the whole file is the place: what is missing has none."""
    planted: bool = False
    """Whether the safeguard that is taken away was put there first."""
    twins: tuple[Twin, ...] = ()


@dataclass(slots=True)
class Draw:
    """The chance of one operator, repeatable by its seed."""

    rng: random.Random
    turn: int = 0
    """How many cases the operator has given so far: shapes take turns."""

    def take(self, options: Sequence[T]) -> T:
        """Give the option whose turn it is."""
        return options[self.turn % len(options)]


Run = Callable[[Material, Draw], Iterator[Case]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Operator:
    """One kind of dangerous edit."""

    name: str
    letters: tuple[str, ...]
    """Rows of the catalogue that name this danger, the one it is made from first."""
    severity: Severity
    """The least that a finding must be to count."""
    files: re.Pattern[str]
    needs: re.Pattern[str]
    run: Run
    tests: bool
    """Whether it edits tests: then a test path is no safeguard."""
    reverse: bool
    """Whether the same edit backwards is harmless."""
    standing: bool
    """Whether the danger is a text in the file, which may have stood there before."""
    core: bool
    """Whether the row belongs to the first release."""


OPERATORS: dict[str, Operator] = {}
_TEST = re.compile(
    r"(^|/)(tests?|__tests__|spec|e2e[\w-]*|testing|\.?fixtures|integration-tests?)/|(^|/)test_|[._]test\.|\.spec\.|Test\.java$|IT\.java$|(^|/)conftest\.py$"
)


def is_test_path(path: str) -> bool:
    """Tell tests from what they test, in the benchmark's own words."""
    return bool(_TEST.search(path))


def operator(
    name: str,
    letters: str,
    severity: Severity,
    *,
    files: str,
    needs: str = "",
    tests: bool = False,
    reverse: bool = True,
    standing: bool = False,
    core: bool = True,
) -> Callable[[Run], Run]:
    """Register an operator under a name of its own."""

    def register(run: Run) -> Run:
        if name in OPERATORS:
            raise ValueError(f"two operators are named {name}")
        OPERATORS[name] = Operator(
            name=name,
            letters=tuple(letters.split()),
            severity=severity,
            files=re.compile(files),
            needs=re.compile(needs, re.MULTILINE),
            run=run,
            tests=tests,
            reverse=reverse,
            standing=standing,
            core=core,
        )
        return run

    return register


@dataclass(frozen=True, kw_only=True, slots=True)
class Host:
    """What a safeguard is part of: lines of the old text, and its name."""

    first: int
    last: int
    name: str = ""


def edited(
    shape: str,
    path: str,
    before: str,
    after: str,
    *,
    host: Host | None = None,
    planted: bool = False,
    safe: Mapping[str, str] | None = None,
    anywhere: bool = False,
    twins: tuple[Twin, ...] = (),
) -> Case:
    """Describe an edit of a file that exists; `safe` maps a kind of twin to the text after it."""
    found = [*twins, *(Twin(kind, (Sides(path, before, text),)) for kind, text in (safe or {}).items())]
    if host is not None:
        found += _host_twins(path, before, host)
    return Case(
        shape=shape,
        change=(Sides(path, before, after),),
        planted=planted,
        anywhere=anywhere,
        twins=tuple(found),
    )


def added(
    shape: str,
    path: str,
    plain: str,
    after: str,
    *,
    safe: Mapping[str, str] | None = None,
    anywhere: bool = False,
    more: tuple[Sides, ...] = (),
) -> Case:
    """Describe a new file that holds the danger; `plain` is the same file without it."""
    baseline = (Sides(path, None, plain), *more)
    return Case(
        shape=shape,
        change=(Sides(path, None, after), *more),
        baseline=baseline,
        mutated=(Sides(path, plain, after),),
        anywhere=anywhere,
        twins=tuple(
            Twin(kind, (Sides(path, None, text), *more), () if text == plain else baseline)
            for kind, text in (safe or {}).items()
        ),
    )


def _host_twins(path: str, before: str, host: Host) -> list[Twin]:
    rows = before.split("\n")
    kept = rows[: host.first - 1] + rows[host.last :]
    body = rows[host.first - 1 : host.last]
    folder, _, name = path.rpartition("/")
    elsewhere = f"{folder}/moved_{name}" if folder else f"moved_{name}"
    moved = (Sides(path, before, "\n".join(kept)), Sides(elsewhere, None, "\n".join(body) + "\n"))
    found = [Twin("host-removed", (Sides(path, before, "\n".join(kept)),)), Twin("moved", moved)]
    if host.name:
        word = re.compile(rf"\b{re.escape(host.name)}\b")
        renamed = [word.sub(f"{host.name}_renamed", row) for row in body]
        text = "\n".join(rows[: host.first - 1] + renamed + rows[host.last :])
        found.append(Twin("host-renamed", (Sides(path, before, text),)))
    return found

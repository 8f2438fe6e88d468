"""What all goals share: what is measured on, clocks, ratios taken round by round, rows."""

import os
import platform
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import stores

Work = Callable[[], object]
Clock = Callable[[Work], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One figure of one goal."""

    goal: int
    what: str
    on: str
    bound: float
    ratios: Sequence[float]
    least: bool = False
    """Whether the bound is the least that is asked, and not the most."""
    unit: str = "x"
    seconds: float = 0.0
    """Median of the work itself; 0 where the figure is no ratio of times."""
    done: str = ""
    """What shows that the work was done."""

    @property
    def middle(self) -> float:
        """The median, which decides."""
        return statistics.median(self.ratios)

    @property
    def reached(self) -> bool:
        """Whether the goal is reached."""
        return self.middle >= self.bound if self.least else self.middle <= self.bound

    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        span = f"{self.middle:.3g} ({min(self.ratios):.3g} to {max(self.ratios):.3g}, {len(self.ratios)} rounds)"
        asked = f"{'>=' if self.least else '<='} {self.bound:g} {self.unit}"
        took = f"{self.seconds:.3f} s" if self.seconds else ""
        return (str(self.goal), self.what, self.on, asked, span, took, "reached" if self.reached else "short")


@dataclass(kw_only=True)
class Setting:
    """What is measured on: a folder to work in, real repositories, and stores that are built once."""

    folder: Path
    repositories: tuple[Path, ...]
    rounds: int
    records: tuple[int, ...]
    _stores: dict[int, stores.Synthetic] = field(default_factory=dict)

    def store(self, records: int) -> stores.Synthetic:
        """A store of so many records."""
        if records not in self._stores:
            self._stores[records] = stores.build(self.folder / f"store-{records}", records)
        return self._stores[records]


def name_of(repository: Path) -> str:
    """The name of a repository in the table: its folder's, without what mirrors add."""
    return (repository.parent if repository.name in ("repo", ".git") else repository).name.replace("+", "/")


def cpu(work: Work) -> float:
    """CPU seconds of this process and of the children that ended meanwhile."""
    before = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    work()
    after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(before, after, strict=True))


def wall(work: Work) -> float:
    """Wall-clock seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(floor: Work, work: Work, rounds: int, clock: Clock) -> tuple[list[float], float]:
    """Ratios round by round, and the median seconds of the work; one round before is not counted."""
    floor()
    work()
    pairs = [(clock(floor), clock(work)) for _ in range(rounds)]
    return [done / base for base, done in pairs], statistics.median(done for _, done in pairs)


def git(folder: Path, *words: str, feed: bytes = b"") -> bytes:
    """Run git without anybody's settings, and give what it prints."""
    return stores.git(folder, *words, feed=feed)


def machine() -> dict[str, object]:
    """What was measured on."""
    model = next(
        (row.split(":", 1)[1].strip() for row in _read("/proc/cpuinfo").splitlines() if row.startswith("model name")),
        platform.processor(),
    )
    version = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "git": version,
    }


def _read(name: str) -> str:
    place = Path(name)
    return place.read_text("utf-8", "replace") if place.is_file() else ""

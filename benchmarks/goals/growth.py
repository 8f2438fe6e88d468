"""How cost grows: curves with their exponents, drawn as SVG without a library."""

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import stores
from benchmarks.goals.core import Setting, cpu, git
from reviewconsole.change import Oid
from reviewconsole.config import builtin_patterns
from reviewconsole.git.repository import Repository
from reviewconsole.loading.records import Logbook, read_records
from reviewconsole.loading.shelf import FolderShelf
from reviewconsole.receive import receive
from reviewconsole.receive.update import Update
from reviewconsole.review.workspace import Workspace
from reviewconsole.verify import verify

_WIDTH, _HEIGHT, _EDGE = 460, 300, 55
_COLOURS = ("#1b6ca8", "#c8553d", "#3a7d44", "#8e5ea2")


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """CPU seconds by size."""

    name: str
    of: str
    """What the sizes count."""
    points: Sequence[tuple[int, float]]

    @property
    def exponent(self) -> float:
        """The slope of log seconds over log size, by least squares: 1 is linear, 0 does not grow."""
        xs, ys = ([math.log(max(value, 1e-6)) for value in values] for values in zip(*self.points, strict=True))
        x, y = sum(xs) / len(xs), sum(ys) / len(ys)
        return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)


def _gate(setting: Setting, count: int) -> Iterator[tuple[str, float]]:
    folder = setting.store(count).git_dir
    patterns = builtin_patterns()
    tips = git(folder, "rev-parse", "main~10", "main").decode().split()

    def judged() -> None:
        repository = Repository.open(folder, stores.ENVIRON)
        if len(verify(repository, patterns, "..".join(tips), now=1_800_000_000).changes) != 10:
            raise SystemExit("not every commit was judged")

    yield "verify of 10 commits", min(cpu(judged) for _ in range(2))
    repository, book = Repository.open(folder, stores.ENVIRON), Logbook()
    read_records(repository, book=book)
    seconds = min(cpu(lambda: read_records(repository, book=book)) for _ in range(2))
    yield "records read again in one process", seconds
    shelf = FolderShelf.of(repository)
    kept = Logbook(shelf)
    kept_tips = {ref.name: ref.oid for ref in repository.note_refs("refs/notes/reviewconsole/")}
    kept.read(repository, kept_tips)
    kept.keep(kept_tips)
    update = Update(ref="refs/heads/main", old=Oid(tips[1]), new=Oid(tips[1]))

    def pushed() -> None:
        receive(Repository.open(folder, stores.ENVIRON), patterns, [update], now=1_800_000_000)

    yield "the hook, logs kept", min(cpu(pushed) for _ in range(2))


def gate(setting: Setting) -> list[Curve]:
    """Reading, judging ten commits, and the hook, over the records of a store."""
    found: dict[str, list[tuple[int, float]]] = {}

    for count in setting.records:
        for name, seconds in _gate(setting, count):
            found.setdefault(name, []).append((count, seconds))
    return [Curve(name=name, of="records", points=points) for name, points in found.items()]


def branches(folder: Path, commits: int, branches: int) -> Path:
    """A history of so many commits, and branches of one commit each on its tip."""
    git(folder.parent, "init", "-q", "--bare", "-b", "main", str(folder))
    who = f"author {stores.IDENTITY}\ncommitter {stores.IDENTITY}\n"
    feed = []
    for number in range(commits):
        text = f"{number}\n"
        feed.append(
            f"commit refs/heads/main\n{who}data 1\n{number % 10}\n"
            f"M 100644 inline f{number % 100}.txt\ndata {len(text)}\n{text}\n"
        )
    for number in range(branches):
        message = f"Change {number}\n\n{stores.TRAILER}\n"
        feed.append(
            f"commit refs/heads/b{number}\n{who}data {len(message)}\n{message}\nfrom refs/heads/main\n"
            f"M 100644 inline b{number}.txt\ndata 2\nx\n\n"
        )
    git(folder, "fast-import", "--quiet", feed="".join(feed).encode())
    return folder


def _listed(work: Workspace, branches: int) -> None:
    if len(work.queue()) != branches:
        raise SystemExit("not every branch is in the queue")


def queue(setting: Setting, branches_of: Sequence[int] = (125, 250, 500, 1_000)) -> list[Curve]:
    """A queue listed for the first time and again, over the commits of the history and over the branches."""
    found: dict[tuple[str, str], list[tuple[int, float]]] = {}
    sizes = [("commits", size, size, 20) for size in (1_000, 10_000, 100_000)]
    sizes += [("branches", size, 1_000, size) for size in branches_of]
    for of, size, commits, count in sizes:
        folder = branches(setting.folder / f"queue-{of}-{size}.git", commits, count)
        home = setting.folder / f"home-{of}-{size}"
        work = Workspace.open(folder, {"PATH": os.environ["PATH"], "HOME": str(home)})

        listed = partial(_listed, work, count)
        # the processes of the first scan are counted when they have ended, which is in the second queue
        first = cpu(listed) + cpu(listed)
        for name, seconds in (("first", first), ("again", min(cpu(listed) for _ in range(2)))):
            found.setdefault((f"queue, {name}", of), []).append((size, seconds))
        work.close()
    return [Curve(name=f"{name} ({of})", of=of, points=points) for (name, of), points in found.items()]


def svg(curves: Sequence[Curve], title: str) -> str:
    """Both axes logarithmic, a line and a legend with the exponent for each curve."""
    xs = [math.log10(size) for curve in curves for size, _ in curve.points]
    ys = [math.log10(max(seconds, 1e-3)) for curve in curves for _, seconds in curve.points]
    left, right, low, high = math.floor(min(xs)), math.ceil(max(xs)), math.floor(min(ys)), math.ceil(max(ys))

    def place(x: float, y: float) -> tuple[float, float]:
        across = (x - left) / max(right - left, 1) * (_WIDTH - 2 * _EDGE)
        up = (y - low) / max(high - low, 1) * (_HEIGHT - 2 * _EDGE)
        return round(_EDGE + across, 1), round(_HEIGHT - _EDGE - up, 1)

    height = _HEIGHT + 16 * len(curves)
    size = f'width="{_WIDTH}" height="{height}"'
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="11">',
        f'<rect {size} fill="white"/><text x="{_EDGE}" y="24" font-size="13">{title}</text>',
    ]
    for tick in range(left, right + 1):
        x, y = place(tick, low)
        out.append(f'<line x1="{x}" x2="{x}" y1="{y}" y2="{_EDGE}" stroke="#ddd"/>')
        out.append(f'<text x="{x}" y="{y + 16}" text-anchor="middle">{10**tick:,}</text>')
    for tick in range(low, high + 1):
        x, y = place(left, tick)
        out.append(f'<line x1="{x}" x2="{_WIDTH - _EDGE}" y1="{y}" y2="{y}" stroke="#ddd"/>')
        out.append(f'<text x="{x - 6}" y="{y + 4}" text-anchor="end">{10.0**tick:g} s</text>')
    for number, curve in enumerate(curves):
        colour = _COLOURS[number % len(_COLOURS)]
        places = [place(math.log10(size), math.log10(max(seconds, 1e-3))) for size, seconds in curve.points]
        line = " ".join(f"{x},{y}" for x, y in places)
        said = f"{curve.name}: exponent {curve.exponent:.2f}"
        out.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{line}"/>')
        out += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in places]
        out.append(f'<text x="{_EDGE}" y="{_HEIGHT - 12 + 16 * number}" fill="{colour}">{said}</text>')
    return "\n".join([*out, "</svg>", ""])

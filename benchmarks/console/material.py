"""Repositories of stated size for the console: three changes (S, M, L), and a queue of many small ones.

Generated, so that everybody measures the same bytes; made with `git fast-import`. The files look like a
service's Python modules, because what is highlighted and scanned should be source.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

IDENTITY = "Dev <dev@example.com> 1790000000 +0000"
TRAILER = "Co-Authored-By: Claude <noreply@anthropic.com>"
ENVIRON = {"PATH": "/usr/local/bin:/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
NEEDLE = "changed_0_1"
"""A word of the first changed line of each of the changes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """A change: so many files of so many lines, of which every `step`-th line differs."""

    name: str
    files: int
    lines: int
    step: int


SIZES = (
    Size(name="s", files=10, lines=400, step=22),
    Size(name="m", files=38, lines=2_000, step=14),
    Size(name="l", files=85, lines=10_050, step=6),
)


def _line(file: int, number: int) -> str:
    match number % 12:
        case 0:
            return f"def handle_{file}_{number}(order, retries=3):"
        case 1 | 2 | 3:
            return f"    total_{number} = order.price * {number % 7} + fees(order, {file})"
        case 4:
            return f"    if total_{number - 1} > LIMIT_{file % 5}:"
        case 5:
            return f"        raise ValueError(f'order {{order.id}} is over the limit of {number}')"
        case _:
            return f"    log.info('step {number}', extra={{'file': {file}}})"


def text(size: Size, file: int, *, changed: bool) -> bytes:
    """One file, before or after the change."""
    rows = []
    for number in range(size.lines):
        row = _line(file, number)
        if changed and number % size.step == 1:
            row = row[: len(row) - len(row.lstrip())] + f"changed_{file}_{number} = quote(order, {number})"
        rows.append(row)
    return ("\n".join(rows) + "\n").encode()


def _data(raw: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(raw), raw)


def _commit(ref: str, message: str, parent: str = "") -> bytes:
    head = f"commit refs/heads/{ref}\nauthor {IDENTITY}\ncommitter {IDENTITY}\n".encode()
    return head + _data(message.encode()) + (f"from {parent}\n".encode() if parent else b"")


def _file(path: str, raw: bytes) -> bytes:
    return f"M 100644 inline {path}\n".encode() + _data(raw)


def _stream(sizes: tuple[Size, ...]) -> Iterator[bytes]:
    yield _commit("main", "Begin")
    for size in sizes:
        yield from (_file(f"{size.name}/module_{n:03}.py", text(size, n, changed=False)) for n in range(size.files))
    for size in sizes:
        yield _commit(size.name, f"Quote orders in {size.name}\n\n{TRAILER}\n", "refs/heads/main")
        yield from (_file(f"{size.name}/module_{n:03}.py", text(size, n, changed=True)) for n in range(size.files))


def _import(folder: Path, stream: Iterator[bytes]) -> Path:
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], env=ENVIRON, check=True)
    command = ["git", "-C", str(folder), "fast-import", "--quiet"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=ENVIRON) as process:
        assert process.stdin is not None
        for part in stream:
            process.stdin.write(part)
        process.stdin.close()
        if process.wait():
            raise SystemExit("git fast-import failed")
    return folder


def changes(folder: Path, sizes: tuple[Size, ...] = SIZES) -> Path:
    """A repository with one branch for each size."""
    return _import(folder, _stream(sizes))


def queue(folder: Path, branches: int) -> Path:
    """A repository with many small branches, each of one file with two hunks."""
    size = Size(name="q", files=branches, lines=60, step=30)

    def stream() -> Iterator[bytes]:
        yield _commit("main", "Begin")
        yield from (_file(f"q/module_{n:03}.py", text(size, n, changed=False)) for n in range(branches))
        for n in range(branches):
            yield _commit(f"b{n:03}", f"Quote orders {n}\n\n{TRAILER}\n", "refs/heads/main")
            yield _file(f"q/module_{n:03}.py", text(size, n, changed=True))

    return _import(folder, stream())


def measured(repository: Path, branch: str) -> dict[str, int]:
    """The size of a change as git shows it: files, changed lines, lines and bytes of the diff."""
    command = ["git", "-C", str(repository), "diff", "--no-color"]
    diff = subprocess.run([*command, f"main...{branch}"], env=ENVIRON, check=True, capture_output=True).stdout
    table = subprocess.run([*command, "--numstat", f"main...{branch}"], env=ENVIRON, check=True, capture_output=True)
    rows = [row.split(b"\t") for row in table.stdout.splitlines()]
    return {
        "files": len(rows),
        "changed": sum(int(row[0]) + int(row[1]) for row in rows),
        "lines": diff.count(b"\n"),
        "bytes": len(diff),
    }

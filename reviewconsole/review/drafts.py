"""What a reviewer noted and has not signed, kept in the person's state folder between sittings.

One JSON file a repository, target and ref, replaced as a whole, so that a crash leaves the old one or
the new one. It is no record: nothing in it is signed, and whoever may write to the folder may change it.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import Any

from reviewconsole.casefile import OpenedChange
from reviewconsole.change import Change
from reviewconsole.diff import HunkId
from reviewconsole.errors import FormatError, StorageError
from reviewconsole.finding import Side
from reviewconsole.mapping import Table
from reviewconsole.session import Comment, Kept, Mark, Place, Said

VERSION = 1
FILES = 300
"""Reviews kept of one repository; the ones longest untouched go first."""
UNITS = 50_000
TEXTS = 2_000
_LARGEST = 32 * 1024 * 1024
_HEX = r"[0-9a-f]{16}"


class Drafts:
    """The drafts of one repository, named by its git directory."""

    def __init__(self, state_dir: Path, git_dir: Path) -> None:
        name = hashlib.sha256(os.fsencode(git_dir.resolve())).hexdigest()[:16]
        self._folder = state_dir / "drafts" / name
        self._lock = Lock()

    def _path(self, change: Change) -> Path:
        name = hashlib.sha256(f"{change.target}\0{change.ref}".encode("utf-8", "surrogateescape"))
        return self._folder / f"{name.hexdigest()[:32]}.json"

    def read(self, opened: OpenedChange) -> Kept | None:
        """What an earlier sitting left; None for nothing.

        FormatError where the file cannot be read; it is then set aside, so that it is said once.
        """
        path = self._path(opened.change)
        with self._lock:
            try:
                return _kept(Table(json.loads(_text(path))))
            except FileNotFoundError:
                return None
            except (OSError, ValueError, RecursionError, FormatError) as error:
                with suppress(OSError):
                    path.replace(path.with_suffix(".unreadable"))
                raise FormatError(f"what was kept of this review cannot be read: {error}", place=str(path)) from error

    def write(self, opened: OpenedChange, kept: Kept) -> None:
        """Keep it in place of what was kept before."""
        path = self._path(opened.change)
        table = {"version": VERSION, "ref": opened.change.ref, "target": opened.change.target,
                 "head": opened.change.head, "saved": int(time.time()), **_table(kept)}  # fmt: skip
        with self._lock, _saying(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with NamedTemporaryFile("w", dir=self._folder, encoding="ascii", suffix=".new", delete=False) as file:
                try:
                    json.dump(table, file, separators=(",", ":"))
                    file.flush()
                    os.fsync(file.fileno())
                    Path(file.name).replace(path)
                except BaseException:
                    Path(file.name).unlink(missing_ok=True)
                    raise
            self._prune()

    def _prune(self) -> None:
        files = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in files[: max(0, len(files) - FILES)]:
            path.unlink(missing_ok=True)


def _text(path: Path) -> str:
    if path.stat().st_size > _LARGEST:
        raise FormatError("is too large", place=str(path))
    return path.read_text(encoding="utf-8")


@contextmanager
def _saying(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"marks and comments cannot be kept: {error.strerror}", remedy=f"make {folder} writable"
        ) from error


def _table(kept: Kept) -> Mapping[str, Any]:
    said, place = kept.said, kept.place
    return {
        "viewed": sorted(islice(kept.viewed, UNITS)),
        "ticked": sorted(islice(said.ticked, UNITS)),
        "marks": {
            unit: {"accepted": mark.accepted, "reason": mark.reason} for unit, mark in islice(said.marks.items(), UNITS)
        },
        "acknowledged": dict(list(said.acknowledged.items())[-TEXTS:]),
        "comments": [
            {"unit": c.unit, "path": c.path, "side": c.side.value, "line": c.line, "end": c.end_line, "text": c.text}
            for c in said.comments[-TEXTS:]
        ],
        "origins": {unit: {"old": old, "new": new} for unit, (old, new) in kept.origins.items()},
        "reasons": dict(kept.reasons),
        **({} if place is None else {"place": {"path": place.path, "unit": place.unit or "", "line": place.line}}),
    }


def _kept(table: Table) -> Kept:
    if table.integer("version") != VERSION:
        raise table.fail("version", f"only {VERSION} is known")
    marks, answers, reasons, origins = (table.table(k) for k in ("marks", "acknowledged", "reasons", "origins"))
    place = table.table("place") if table.has("place") else None
    return Kept(
        viewed=frozenset(map(HunkId, table.texts("viewed", pattern=_HEX))),
        said=Said(
            marks={HunkId(unit): _mark(marks.table(unit)) for unit in marks.keys()},  # noqa: SIM118 - no mapping
            acknowledged={print_: answers.text(print_) for print_ in answers.keys()},  # noqa: SIM118
            comments=tuple(_comment(each) for each in table.tables("comments")),
            ticked=frozenset(map(HunkId, table.texts("ticked", pattern=_HEX))),
        ),
        origins={HunkId(unit): _pair(origins.table(unit)) for unit in origins.keys()},  # noqa: SIM118
        reasons={kind: reasons.text(kind) for kind in reasons.keys()},  # noqa: SIM118
        place=None
        if place is None
        else Place(
            path=place.text("path"), unit=HunkId(place.text("unit")) or None, line=place.integer("line", least=-1)
        ),
    )


def _mark(table: Table) -> Mark:
    return Mark(accepted=table.flag("accepted"), reason=table.text("reason"))


def _comment(table: Table) -> Comment:
    return Comment(
        unit=HunkId(table.text("unit", pattern=_HEX)),
        path=table.text("path"),
        side=Side(table.text("side", choices=[side.value for side in Side])),
        line=table.integer("line"),
        end_line=table.integer("end"),
        text=table.text("text"),
    )


def _pair(table: Table) -> tuple[int, int]:
    return table.integer("old"), table.integer("new")

"""`keys.forbid`: values at key paths of JSON, YAML, TOML, INI and Terraform files.

Keys: `paths` (patterns), `keys` (dotted key paths; `*` stands for one step, `**` for any number),
`change` (what is forbidden: `added`, `removed`, `changed`; default all three unless `range` or `enum`
is given), `range` (two numbers, the least and the most allowed), `enum` (values allowed). Undecidable
where a file cannot be parsed, is a template, uses anchors, or a bounded value is no plain one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import re2

from reviewconsole import lazy_re as re
from reviewconsole.constraints.facts import (
    Answer,
    Facts,
    Tally,
    Undetermined,
    entry_witness,
    searchable,
    sides,
    text_witness,
)
from reviewconsole.constraints.reading.keyed import Keyed, Value, keyed
from reviewconsole.finding import Side
from reviewconsole.globs import Globs
from reviewconsole.mapping import Table

_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)\s*(ms|s|m|h|d|%)?")
_SCALE = {"ms": 0.001, "m": 60.0, "h": 3600.0, "d": 86400.0}
CHANGES = ("added", "removed", "changed")


def _key_pattern(text: str) -> str:
    return "".join(
        r"(?:[^.]+\.)*" if step == "**" else "[^.]*".join(map(re2.escape, step.split("*"))) + r"\."
        for step in text.split(".")
    )


@dataclass(frozen=True, slots=True)
class _Bounds:
    pattern: Any
    changes: frozenset[str]
    least: float | None
    most: float | None
    enum: tuple[str, ...] | None

    def names(self, key: str) -> bool:
        """Tell whether a pattern names this key path."""
        return self.pattern.fullmatch(searchable(f"{key}.")) is not None

    def faults(self, old: Keyed, new: Keyed) -> Iterator[tuple[str, Side, Value, bool]]:
        """What is wrong, the side and value it is seen at, and whether that is certain."""
        for key in sorted(old.keys() | new.keys()):
            was, now = old.get(key), new.get(key)
            if now is None and was is not None:
                if "removed" in self.changes:
                    yield f"{key} is removed", Side.OLD, was, True
            elif now is not None and (was is None or was.text != now.text):
                word = "added" if was is None else "changed"
                if word in self.changes:
                    yield f"{key} is {word} to {now.text[:60]}", Side.NEW, now, True
                yield from ((words, Side.NEW, now, certain) for words, certain in self._outside(key, now.text))

    def _outside(self, key: str, text: str) -> Iterator[tuple[str, bool]]:
        if self.enum is not None and text not in self.enum:
            yield f"{key} is {text[:60]}, not one of {', '.join(self.enum)}", True
        if self.least is not None and self.most is not None:
            found = _NUMBER.fullmatch(text.strip())
            if found is None:
                yield f"{key} is no plain number", False
            else:
                number = float(found[1]) * _SCALE.get(found[2] or "", 1.0)
                if not self.least <= number <= self.most:
                    yield f"{key} is {text}, outside of {self.least:g} to {self.most:g}", True


def _bounds(table: Table) -> _Bounds:
    keys = table.texts("keys", pattern=r"[^.]+(\.[^.]+)*")
    if not keys:
        raise table.fail("keys", "names no key")
    least = most = None
    if table.has("range"):
        numbers = table.values("range")
        if len(numbers) != 2 or not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
            raise table.fail("range", "must be two numbers, the least and the most")
        least, most = (float(str(number)) for number in numbers)
    enum = None
    if table.has("enum"):
        enum = tuple(str(v).lower() if isinstance(v, bool) else str(v) for v in table.values("enum"))
    bounded = least is not None or enum is not None
    changes = table.texts("change", () if bounded else CHANGES, choices=CHANGES)
    pattern = re2.compile("(?s)" + "|".join(f"(?:{_key_pattern(key)})" for key in keys))
    return _Bounds(pattern, frozenset(changes), least, most, enum)


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read paths, keys and bounds."""
    paths = Globs(table.texts("paths"), place=f"{table.place}.paths")
    if not paths.patterns:
        raise table.fail("paths", "names no file")
    bounds = _bounds(table)

    def evaluate(facts: Facts) -> Answer:
        tally = Tally()
        for entry, file in facts.matching(paths):
            tally.looked = True
            try:
                old, new = (
                    keyed(entry.path, text, bounds.names) if text is not None else {} for text in sides(entry, file)
                )
            except Undetermined as error:
                tally.unclear(f"{entry.path} {error.message}", entry_witness(entry))
                continue
            for words, side, value, certain in bounds.faults(old, new):
                tell = tally.broken if certain else tally.unclear
                tell(f"{entry.path}:{value.line} {words}", text_witness(entry.path, side, value.text, value.line))
        return tally.answer("no such value is touched", "no such file is changed")

    return evaluate

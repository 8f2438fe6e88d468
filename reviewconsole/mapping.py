"""Read untrusted mappings field by field, with errors that name their place.

A `Table` never changes what it is given. `end()` refuses the keys that nobody asked for.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from reviewconsole import lazy_re as re
from reviewconsole.errors import FormatError

_MOMENT = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_LARGEST_INTEGER = 2**53 - 1
_REQUIRED: Final = "\0required"


def is_moment(text: str) -> bool:
    """Tell whether a text is a UTC moment of the calendar, written as 2026-11-22T09:00:00Z."""
    if not _MOMENT.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


class Table:
    """One mapping at a place such as `rule[1]`; raises `error` for everything unexpected."""

    def __init__(self, raw: object, place: str = "", error: type[FormatError] = FormatError) -> None:
        self.place = place
        self._error = error
        if not isinstance(raw, Mapping):
            raise error("must be a table", place=place)
        self._raw: Mapping[object, object] = raw
        self._asked: set[object] = set()

    def _at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def fail(self, key: str, message: str) -> FormatError:
        """Build the error for one key of this table."""
        return self._error(message, place=self._at(key))

    def has(self, key: str) -> bool:
        """Tell whether the key is there."""
        return key in self._raw

    def keys(self) -> tuple[str, ...]:
        """All keys, which must be strings."""
        for key in self._raw:
            if not isinstance(key, str):
                raise self._error("keys must be strings", place=self.place)
        return tuple(str(key) for key in self._raw)

    def _take(self, key: str) -> object:
        self._asked.add(key)
        if key not in self._raw:
            raise self.fail(key, "is missing")
        return self._raw[key]

    def raw(self, key: str) -> object:
        """Give a value as it stands, without counting its key as asked for; None where it is missing."""
        return self._raw.get(key)

    def text(
        self,
        key: str,
        default: str = _REQUIRED,
        *,
        pattern: str = "",
        longest: int = 65536,
        choices: Iterable[str] = (),
    ) -> str:
        """Take a string; `pattern` must match it whole, `choices` must hold it."""
        if default is not _REQUIRED and key not in self._raw:
            self._asked.add(key)
            return default
        return self._text(self._take(key), key, pattern, longest, tuple(choices))

    def _text(self, value: object, key: str, pattern: str, longest: int, choices: tuple[str, ...]) -> str:
        if not isinstance(value, str):
            raise self.fail(key, "must be a string")
        if len(value) > longest:
            raise self.fail(key, f"is longer than {longest} characters")
        if choices and value not in choices:
            raise self.fail(key, f"must be one of {', '.join(choices)}")
        if pattern and not re.fullmatch(pattern, value):
            raise self.fail(key, "has not the form it must have")
        return value

    def optional_text(self, key: str, *, pattern: str = "") -> str | None:
        """Take a string or null."""
        return None if self._take(key) is None else self.text(key, pattern=pattern)

    def moment(self, key: str) -> str:
        """Take a UTC moment of the calendar."""
        value = self.text(key)
        if not is_moment(value):
            raise self.fail(key, "is no moment such as 2026-11-22T09:00:00Z")
        return value

    def optional_moment(self, key: str) -> str | None:
        """Take a UTC moment or null."""
        return None if self._take(key) is None else self.moment(key)

    def integer(self, key: str, default: int | None = None, *, least: int = 0) -> int:
        """Take an integer from `least` to 2**53 - 1; booleans are none."""
        if default is not None and key not in self._raw:
            self._asked.add(key)
            return default
        value = self._take(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.fail(key, "must be an integer")
        if not least <= value <= _LARGEST_INTEGER:
            raise self.fail(key, f"must be at least {least} and below 2**53")
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:  # noqa: FBT001 - mirrors integer()
        """Take a boolean."""
        if default is not None and key not in self._raw:
            self._asked.add(key)
            return default
        value = self._take(key)
        if not isinstance(value, bool):
            raise self.fail(key, "must be true or false")
        return value

    def texts(
        self, key: str, default: tuple[str, ...] | None = None, *, pattern: str = "", choices: Iterable[str] = ()
    ) -> tuple[str, ...]:
        """Take a list of strings."""
        if default is not None and key not in self._raw:
            self._asked.add(key)
            return default
        allowed = tuple(choices)
        return tuple(
            self._text(value, f"{key}[{index}]", pattern, 65536, allowed)
            for index, value in enumerate(self._items(key))
        )

    def table(self, key: str, *, missing: bool = False) -> "Table":
        """Take a sub-table; with `missing`, an absent one is empty."""
        if missing and key not in self._raw:
            self._asked.add(key)
            return Table({}, self._at(key), self._error)
        return Table(self._take(key), self._at(key), self._error)

    def tables(self, key: str, *, missing: bool = False) -> tuple["Table", ...]:
        """Take a list of tables; with `missing`, an absent one is empty."""
        if missing and key not in self._raw:
            self._asked.add(key)
            return ()
        return tuple(
            Table(value, f"{self._at(key)}[{index}]", self._error) for index, value in enumerate(self._items(key))
        )

    def rows(self, key: str, width: int) -> tuple[tuple[str, ...], ...]:
        """Take a list of lists of `width` strings."""
        out = []
        for index, row in enumerate(self._items(key)):
            if not isinstance(row, list) or len(row) != width or not all(isinstance(cell, str) for cell in row):
                raise self.fail(f"{key}[{index}]", f"must be a list of {width} strings")
            out.append(tuple(row))
        return tuple(out)

    def _items(self, key: str) -> list[object]:
        value = self._take(key)
        if not isinstance(value, list):
            raise self.fail(key, "must be a list")
        return value

    def values(self, key: str) -> tuple[object, ...]:
        """Take a list of plain values: strings, numbers, booleans."""
        found = self._items(key)
        for index, value in enumerate(found):
            if not isinstance(value, str | int | float):
                raise self.fail(f"{key}[{index}]", "must be a string, a number or a boolean")
        return tuple(found)

    def rest(self) -> dict[str, object]:
        """Give the keys that were not asked for, and count them as asked."""
        left = {key: self._raw[key] for key in self.keys() if key not in self._asked}
        self._asked.update(left)
        return left

    def end(self) -> None:
        """Refuse unknown keys."""
        for key in self.keys():
            if key not in self._asked:
                raise self.fail(key, "is not known here")

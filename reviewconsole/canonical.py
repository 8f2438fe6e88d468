"""Canonical JSON (RFC 8785, without floats), written and read strictly.

`parse` accepts exactly the bytes that `dump` writes: one text has one meaning, and two programs
hash the same bytes.
"""

import hashlib
import json
from typing import Any, NoReturn

from reviewconsole.errors import FormatError

LARGEST_BYTES = 64 * 1024
LARGEST_DEPTH = 8
_LARGEST_INTEGER = 2**53 - 1


def _ordered(value: object) -> object:
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise FormatError("keys must be strings")
        return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        if abs(value) > _LARGEST_INTEGER:
            raise FormatError("integers must be below 2**53")
        return value
    raise FormatError(f"a {type(value).__name__} has no canonical form")


def dump(value: object) -> bytes:
    """Serialise: keys sorted by UTF-16 code units, no white space, UTF-8, no trailing newline.

    Raises FormatError for floats, integers of 2**53 and above, and lone surrogates.
    """
    try:
        ordered = _ordered(value)
        return json.dumps(ordered, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise FormatError("text with lone surrogates has no canonical form") from error


def digest(value: object) -> str:
    """SHA-256, as hex, of the canonical form."""
    return hashlib.sha256(dump(value)).hexdigest()


def printable(text: str) -> str:
    r"""Write lone surrogates as `\udcXX`, so that any text of git's has a canonical form."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _no_float(text: str) -> NoReturn:
    raise FormatError(f"numbers must be integers, not {text[:32]}")


def _integer(text: str) -> int:
    if len(text) > 17:
        raise FormatError("integers must be below 2**53")
    return int(text)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FormatError("a key stands twice")
    return found


def _depth(text: str) -> int:
    depth = deepest = 0
    inside = escaped = False
    for char in text:
        if inside:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                inside = False
        elif char == '"':
            inside = True
        elif char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def parse_json(raw: bytes, *, largest: int = LARGEST_BYTES) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Parse JSON strictly: UTF-8, no duplicate keys, no floats, bounded in size and depth."""
    if len(raw) > largest:
        raise FormatError(f"more than {largest} bytes")
    try:
        text = raw.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        raise FormatError("not UTF-8") from error
    if _depth(text) > LARGEST_DEPTH:
        raise FormatError(f"nested deeper than {LARGEST_DEPTH}")
    try:
        return json.loads(
            text, object_pairs_hook=_pairs, parse_float=_no_float, parse_int=_integer, parse_constant=_no_float
        )
    except json.JSONDecodeError as error:
        raise FormatError(f"not JSON: {error.msg} at byte {error.pos}") from error


def parse(raw: bytes) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Parse canonical JSON; anything that `dump` would write otherwise is refused."""
    value = parse_json(raw)
    if dump(value) != raw:
        raise FormatError("not in canonical form")
    return value

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
_SURROGATES = "text with lone surrogates has no canonical form"


def _ordered(value: object) -> object:
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise FormatError("keys must be strings")
        try:
            return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
        except UnicodeEncodeError as error:
            raise FormatError(_SURROGATES) from error
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
    return _written(_ordered(value))


def _written(value: object, *, sort_keys: bool = False) -> bytes:
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=sort_keys)
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise FormatError(_SURROGATES) from error


def digest(value: object) -> str:
    """SHA-256, as hex, of the canonical form."""
    return hashlib.sha256(dump(value)).hexdigest()


def printable(text: str) -> str:
    r"""Write lone surrogates as `\udcXX`, so that any text of git's has a canonical form."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _no_float(text: str) -> NoReturn:
    raise FormatError(f"numbers must be integers, not {text[:32]}")


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > _LARGEST_INTEGER:
        raise FormatError("integers must be below 2**53")
    return int(text)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FormatError("a key stands twice")
    return found


def _deeper(value: object, allowed: int) -> bool:
    if isinstance(value, dict):
        return allowed == 0 or any(_deeper(item, allowed - 1) for item in value.values())
    if isinstance(value, list):
        return allowed == 0 or any(_deeper(item, allowed - 1) for item in value)
    return False


def parse_json(raw: bytes, *, largest: int = LARGEST_BYTES) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Parse JSON strictly: UTF-8, no duplicate keys, no floats, bounded in size and depth."""
    if len(raw) > largest:
        raise FormatError(f"more than {largest} bytes")
    try:
        text = raw.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        raise FormatError("not UTF-8") from error
    try:
        value = json.loads(
            text, object_pairs_hook=_pairs, parse_float=_no_float, parse_int=_integer, parse_constant=_no_float
        )
    except json.JSONDecodeError as error:
        raise FormatError(f"not JSON: {error.msg} at byte {error.pos}") from error
    except RecursionError as error:
        raise FormatError(f"nested deeper than {LARGEST_DEPTH}") from error
    if _deeper(value, LARGEST_DEPTH):
        raise FormatError(f"nested deeper than {LARGEST_DEPTH}")
    return value


def parse(raw: bytes) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Parse canonical JSON; anything that `dump` would write otherwise is refused."""
    value = parse_json(raw)
    # Of ASCII keys the order by code points, which json can do alone, is that by UTF-16 code units.
    written = _written(value, sort_keys=True) if raw.isascii() else dump(value)
    if written != raw:
        raise FormatError("not in canonical form")
    return value
